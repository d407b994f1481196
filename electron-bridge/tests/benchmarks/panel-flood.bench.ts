/**
 * The open panel while its server prints as fast as it is told: frames, memory, whether each line is
 * accounted for, and how long a Stop in the midst of it takes to be seen.
 */
import type { CDPSession, Download, Page } from "@playwright/test";
import { openChromium, openPage } from "./chromium.js";
import { clickUntilShown, untilState } from "./state-on-screen.js";
import { floodServer, withWebSidecar } from "./web-sidecar.js";

const LINES_PER_SECOND = 100_000;
const FLOOD_MS = 10_000;
/** The panel keeps 10,000 lines: by then it has been full for long. */
const FULL_AFTER_MS = 5_000;
const WINDOW_MS = 1_000;

/** What one flood did. */
interface Flood {
  framesPerSecond: number;
  /** Of the second that had the fewest. */
  fewestFrames: number;
  longestFrameMs: number;
  /** Bytes of the page's heap after a collection, when the log is full and 5 s later. */
  heap: [full: number, end: number];
  /** Milliseconds from the answered dialog to the frame that says stopping. */
  stop: number;
  lines: Lines;
}

/** What became of the lines, by number. */
interface Lines {
  /** Of the last line that was printed. */
  last: number;
  /** Came to the page. */
  received: number;
  /** Left out on the way, and told. */
  dropped: number;
  /** Missing, and not told: what this must never be is anything but 0. */
  uncounted: number;
}

interface Counted {
  received: number;
  dropped: number;
  last: number;
  uncounted: number;
}

declare global {
  interface Window {
    benchCounted: Counted;
    benchFrames: number[];
  }
}

/** One flood, in a sidecar and a browser of its own. */
export function measure(): Promise<Flood> {
  return withWebSidecar(floodServer("flood", LINES_PER_SECOND), async (url) => {
    const browser = await openChromium();
    try {
      const [page, context] = await openPage(browser, countLines);
      await page.goto(url);
      await untilState(page, "stopped");
      const devtools = await context.newCDPSession(page);
      await command(page, "Start").click();
      await untilState(page, "running");
      await page.evaluate(countFrames);
      const begin = performance.now();
      await page.waitForTimeout(FULL_AFTER_MS);
      const full = await heapOf(devtools);
      await page.waitForTimeout(Math.max(0, begin + FLOOD_MS - performance.now()));
      const end = await heapOf(devtools);
      const frames = await page.evaluate(() => window.benchFrames);
      await command(page, "Stop").click();
      const confirm = page.getByRole("alertdialog").getByRole("button", { name: "Stop", exact: true });
      const stop = await clickUntilShown(confirm, "stopping");
      await untilState(page, "stopped");
      return { ...paceOf(frames), heap: [full, end], stop: stop.shown, lines: await linesOf(page) };
    } finally {
      await browser.close();
    }
  });
}

function command(page: Page, name: string) {
  return page.locator("article header").getByRole("button", { name, exact: true });
}

function paceOf(frames: readonly number[]) {
  const first = frames[0] ?? 0;
  const seconds = ((frames.at(-1) ?? 0) - first) / 1000;
  const perWindow = new Array<number>(Math.floor((seconds * 1000) / WINDOW_MS)).fill(0);
  for (const time of frames) {
    const window = Math.floor((time - first) / WINDOW_MS);
    if (window < perWindow.length) perWindow[window] = (perWindow[window] ?? 0) + 1;
  }
  const lengths = frames.slice(1).map((time, index) => time - (frames[index] ?? 0));
  return {
    framesPerSecond: (frames.length - 1) / seconds,
    fewestFrames: Math.min(...perWindow),
    longestFrameMs: Math.max(...lengths),
  };
}

async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}

async function linesOf(page: Page): Promise<Lines> {
  const counted = await page.evaluate(() => window.benchCounted);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /export/i }).click();
  return {
    ...counted,
    uncounted: counted.uncounted + uncountedIn(await textOf(await download), counted.last),
  };
}

async function textOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Lines that the panel's log neither holds nor tells of, up to the last that was printed. */
function uncountedIn(log: string, last: number): number {
  let uncounted = 0;
  let expected: number | undefined;
  for (const row of log.trimEnd().split("\n")) {
    const gap = /^\[(\d+) lines not shown\]$/.exec(row);
    const number = / line (\d{10}) x+$/.exec(row);
    if (gap && expected !== undefined) expected += Number(gap[1]);
    if (!number) {
      if (!gap) throw new Error(`the panel's log has a line that nobody printed: ${row}`);
      continue;
    }
    const found = Number(number[1]);
    uncounted += Math.abs(found - (expected ?? found));
    expected = found + 1;
  }
  if (expected === undefined) throw new Error("the panel's log has no line");
  return uncounted + Math.abs(last + 1 - expected);
}

/** Runs in the page before its own scripts, at the price of one search in the last characters of a message. */
function countLines(): void {
  const counted: Counted = { received: 0, dropped: 0, last: 0, uncounted: 0 };
  const numberAfter = (text: string, key: string) =>
    Number(new RegExp(`"${key}":(\\d+)`).exec(text)?.[1] ?? 0);
  const take = (message: string) => {
    if (!message.slice(0, 64).includes('"python-log"')) return;
    const facts = message.slice(message.lastIndexOf('","count":') + 2);
    const [count, seq, dropped] = ["count", "seq", "dropped"].map((key) => numberAfter(facts, key));
    counted.received += count ?? 0;
    counted.dropped += dropped ?? 0;
    counted.uncounted += Math.abs((seq ?? 0) - (counted.last + 1 + (dropped ?? 0)));
    counted.last = (seq ?? 0) + (count ?? 0) - 1;
  };
  window.benchCounted = counted;
  window.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      this.addEventListener("message", ({ data }) => take(data as string));
    }
  };
}

/** Runs in the page. */
function countFrames(): void {
  const frames: number[] = [];
  window.benchFrames = frames;
  const note = (time: number) => {
    frames.push(time);
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}
