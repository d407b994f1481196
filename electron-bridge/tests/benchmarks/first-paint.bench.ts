/** How soon a page that was never open here shows something, and how soon a server; and how much it loads. */
import { openChromium, openPage } from "./chromium.js";
import { BADGE } from "./state-on-screen.js";
import { startingServer, withWebSidecar } from "./web-sidecar.js";

/** Milliseconds from the begin of the navigation, redirects included. */
interface Paint {
  first: number;
  /** The first frame with a server in it. */
  server: number;
  /** The first paint of a page of one word, from the same sidecar: what Chromium needs anyhow. */
  word: number;
  /** The paths of the scripts that were loaded by then. */
  scripts: string[];
}

declare global {
  interface Window {
    benchServerShown: Promise<number>;
  }
}

/** One figure for each sidecar, that has served nobody before. */
export async function measure(rounds: string): Promise<Paint[]> {
  const browser = await openChromium();
  try {
    const paints: Paint[] = [];
    for (let round = 0; round < Number(rounds); round++) {
      paints.push(await withWebSidecar(startingServer("api"), (url) => paint(url)));
    }
    return paints;
  } finally {
    await browser.close();
  }

  async function paint(url: string): Promise<Paint> {
    const [page, context] = await openPage(browser, noteServer);
    await page.goto(url);
    await page.locator(BADGE).waitFor(); // for its limit
    const server = await page.evaluate(() => window.benchServerShown);
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.endsWith(".js")),
    );
    const first = await page.evaluate(firstPaint);
    await context.close();
    return { first, server, word: await paintOfAWord(new URL("/healthz", url).href), scripts };
  }

  async function paintOfAWord(url: string): Promise<number> {
    const [page, context] = await openPage(browser);
    await page.goto(url);
    const painted = await page.evaluate(firstPaint);
    await context.close();
    return painted;
  }
}

/** Runs in the page. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const [entry] = list.getEntriesByName("first-contentful-paint");
      if (entry) resolve(entry.startTime);
    }).observe({ type: "paint", buffered: true });
  });
}

/** Runs in the page before its own scripts. */
function noteServer(): void {
  window.benchServerShown = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("article header svg[data-state]")) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      });
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}
