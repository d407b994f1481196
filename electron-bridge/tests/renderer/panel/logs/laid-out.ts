/** jsdom lays nothing out: gives the scrolling part of a log a height, and a scroll position that behaves. */
import { vi } from "vitest";

/** In CSS pixels: 20 rows of 20. */
export const LOG_HEIGHT = 400;
const ROW_HEIGHT = 20;

/** Until `vi.restoreAllMocks()`. */
export function layOutLogs(): void {
  const tops = new WeakMap<Element, number>();
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(LOG_HEIGHT);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "scrollHeight", "get").mockImplementation(function (this: Element) {
    const block = this.firstElementChild as HTMLElement | null;
    const padding =
      Number.parseFloat(block?.style.paddingTop ?? "0") +
      Number.parseFloat(block?.style.paddingBottom ?? "0");
    return Math.max(LOG_HEIGHT, (padding || 0) + (block?.childElementCount ?? 0) * ROW_HEIGHT);
  });
  vi.spyOn(Element.prototype, "scrollTop", "get").mockImplementation(function (this: Element) {
    return tops.get(this) ?? 0;
  });
  vi.spyOn(Element.prototype, "scrollTop", "set").mockImplementation(function (this: Element, top: number) {
    const before = tops.get(this) ?? 0;
    const now = Math.max(0, Math.min(top, this.scrollHeight - LOG_HEIGHT));
    tops.set(this, now);
    // Never while the one who scrolls is still at it, as in a browser.
    if (now !== before) queueMicrotask(() => this.dispatchEvent(new Event("scroll")));
  });
  Element.prototype.scrollTo = function (this: Element, options?: ScrollToOptions | number) {
    if (typeof options === "object") this.scrollTop = options.top ?? 0;
  } as Element["scrollTo"];
}
