/** The one Chromium behind all windows. It ends with this process, however that ends: its pipe closes. */
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { chromium } = require("@playwright/test");

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox", // of the browser itself, which root cannot have; the pages get no Node in any case
  "--disable-gpu",
  "--disable-quic",
  "--allow-file-access-from-files", // Electron gives files the rights of a page, modules included
  "--remote-debugging-port=0",
];

let context = null;
let folder = null;
let firstTaken = false;

async function launch() {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "electron-double-"));
  context = await chromium.launchPersistentContext(folder, {
    executablePath: EXECUTABLE,
    headless: true,
    args: ARGUMENTS,
    viewport: null,
  });
  const [port, address] = fs.readFileSync(path.join(folder, "DevToolsActivePort"), "utf8").split("\n");
  // As Electron itself says with --remote-debugging-port.
  process.stderr.write(`DevTools listening on ws://127.0.0.1:${port}${address}\n`);
  return context;
}

let launched = null;

/** A new page of the given size. */
async function openPage({ width, height }) {
  launched ??= launch();
  const browser = await launched;
  const page = firstTaken ? await browser.newPage() : (browser.pages()[0] ?? (await browser.newPage()));
  firstTaken = true;
  await page.setViewportSize({ width, height });
  return page;
}

/** Ends Chromium and removes what it kept. */
async function closeBrowser() {
  await context?.close().catch(() => {});
  if (folder !== null) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

module.exports = { openPage, closeBrowser };
