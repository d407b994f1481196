/**
 * Holds a quitting app up until the servers have stopped, within a limit. An app that ends in any other
 * way (`app.exit`, a crash, the log-off of Windows, which fires no event) ends the sidecar's input, and
 * the sidecar stops everything by itself.
 */
import type { AppLike } from "./options.js";
import { settled, within } from "./waiting.js";

/** What has to be over before the app may go. */
export interface Quitting {
  isUp(): boolean;
  stop(): Promise<void>;
  limitMs: number;
}

/** Minds `before-quit`; the returned function stops that. */
export function holdQuit(app: AppLike, { isUp, stop, limitMs }: Quitting): () => void {
  let stopping = false;
  let mayGo = false;
  let ended = false;
  const onBeforeQuit = (event: { preventDefault(): void }) => {
    if (ended || mayGo || (!stopping && !isUp())) return;
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    const stopped = settled(stop());
    void within(limitMs, stopped).then(() => {
      stopping = false;
      mayGo = true;
      app.quit();
      // A window may still refuse to be closed: then the app lives on, and has to wait again next time. But
      // for what did not stop within the limit it is not held up twice.
      void stopped.then(() => {
        mayGo = false;
      });
    });
  };
  app.on("before-quit", onBeforeQuit);
  return () => {
    ended = true;
    app.removeListener?.("before-quit", onBeforeQuit);
  };
}
