/**
 * A small double of the `electron` module, for where its binary cannot be had: `app`, `BrowserWindow`,
 * `ipcMain` … under plain Node, with a page of the system's Chromium as window. Payloads cross by
 * structured clone, as in Electron. It stands in for nothing else: rendering, the bundles, the
 * sidecar and the servers are real.
 */
const { app } = require("./app.cjs");
const { ipcMain } = require("./ipc-main.cjs");
const { BrowserWindow, webContents } = require("./windows.cjs");

const shell = {
  /** What was asked to be opened outside; a test reads it. */
  opened: [],
  async openExternal(url) {
    shell.opened.push(url);
    process.stderr.write(`shell.openExternal ${url}\n`);
  },
};

module.exports = { app, BrowserWindow, ipcMain, shell, webContents };
