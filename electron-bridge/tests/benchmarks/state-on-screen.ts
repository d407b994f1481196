/**
 * How long it takes from a click until the panel shows what came of it, by the page's own clock: from the
 * moment Chromium took the click in, until the first frame that shows it has been painted.
 */
import type { Locator, Page } from "@playwright/test";

/** Milliseconds from the click. */
export interface Shown {
  /** The buttons look different: the click was taken. */
  answered: number;
  /** The badge of the open server says so. */
  shown: number;
}

declare global {
  interface Window {
    benchTimes: Shown | undefined;
  }
}

/** Where the state of the open server is drawn. */
export const BADGE = "article header svg[data-state]";

/** Generous: what takes longer is broken. */
const LIMIT_MS = 30_000;

/** Clicks, and returns with the times until the badge of the open server shows `state`. */
export async function clickUntilShown(button: Locator, state: string): Promise<Shown> {
  const page = button.page();
  await page.evaluate(watch, [BADGE, state] as const);
  await button.click();
  const times = await page.waitForFunction(() => window.benchTimes, undefined, { timeout: LIMIT_MS });
  return times.jsonValue() as Promise<Shown>;
}

/** Waits until the badge of the open server shows `state`. */
export async function untilState(page: Page, state: string): Promise<void> {
  await page.locator(`${BADGE}[data-state=${state}]`).waitFor();
}

/** Runs in the page. Self-contained: its text is what travels. */
function watch([badge, state]: readonly [string, string]): void {
  const begun = new Promise<number>((resolve) => {
    document.addEventListener("click", (event) => resolve(event.timeStamp), { capture: true, once: true });
  });
  let clicked = false;
  void begun.then(() => {
    clicked = true;
  });
  /** When a frame with everything that is in the document now has been painted. */
  const painted = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      });
    });
  const commands = document.querySelector("article header [role=group]");
  const looks = () => commands?.innerHTML;
  const before = looks();
  const seen = (isThere: () => boolean) =>
    new Promise<number>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!clicked || !isThere()) return;
        observer.disconnect();
        void painted().then(resolve);
      });
      observer.observe(document.body, {
        attributes: true,
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
  const isShown = () => document.querySelector<SVGElement>(badge)?.dataset["state"] === state;
  window.benchTimes = undefined;
  void Promise.all([begun, seen(() => looks() !== before), seen(isShown)]).then(([from, answered, shown]) => {
    window.benchTimes = { answered: answered - from, shown: shown - from };
  });
}
