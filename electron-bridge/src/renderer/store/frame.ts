/** The page's next frame, or what comes nearest to it where nothing is drawn. */

/** A frame at 60 Hz. */
const FRAME_MS = 16;

/**
 * Calls `callback` before the page is drawn the next time. A hidden page is not drawn, so nothing is called
 * there until it is seen again.
 */
export function onNextFrame(callback: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(callback);
  else setTimeout(callback, FRAME_MS);
}
