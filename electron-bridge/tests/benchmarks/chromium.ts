/** The system's Chromium, as all measures use it. Knows nothing of panels. */
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const VIEWPORT = { width: 1100, height: 720 };

/** A Chromium without a window and without a past. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** A page that shares no cache and no cookie with another, with `script` in it before anything else. */
export async function openPage(browser: Browser, script?: () => void): Promise<[Page, BrowserContext]> {
  const context = await browser.newContext({ locale: "en-US", viewport: VIEWPORT });
  if (script) await context.addInitScript(script);
  return [await context.newPage(), context];
}
