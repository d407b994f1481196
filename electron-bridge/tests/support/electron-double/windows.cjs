/** `BrowserWindow` and `webContents`: each window is a page of the system's Chromium. */
const { EventEmitter } = require("node:events");
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");
const { app } = require("./app.cjs");
const { openPage, closeBrowser } = require("./browser.cjs");
const { ipcMain } = require("./ipc-main.cjs");
const { preloadScript } = require("./preload-script.cjs");

const windows = new Set();
let lastId = 0;

class WebContents extends EventEmitter {
  id = ++lastId;
  page = null;
  #destroyed = false;
  #openHandler = () => ({ action: "allow" });

  get mainFrame() {
    return { url: this.getURL(), parent: null, top: null };
  }

  isDestroyed() {
    return this.#destroyed;
  }

  getURL() {
    return this.page?.url() ?? "";
  }

  getType() {
    return "window";
  }

  setWindowOpenHandler(handler) {
    this.#openHandler = handler;
  }

  /** Throws as Electron does when a payload cannot be cloned; what is sent while no page is there is lost. */
  send(channel, ...args) {
    const cloned = structuredClone(args);
    const deliver = ([name, values]) => window.__electronDouble?.deliver(name, values);
    this.page?.evaluate(deliver, [channel, cloned]).catch(() => {});
  }

  reload() {
    void this.page?.reload();
  }

  async attach(page, preload) {
    this.page = page;
    page.once("close", () => this.destroy());
    page.on("console", (message) => this.emit("console-message", {}, message.type(), message.text()));
    await page.exposeBinding("__electronDoubleInvoke", (source, channel, args) =>
      ipcMain.dispatchInvoke(this.#event(source), channel, structuredClone(args)),
    );
    await page.exposeBinding("__electronDoubleSend", (source, channel, args) =>
      ipcMain.dispatchSend(this.#event(source), channel, structuredClone(args)),
    );
    await page.exposeBinding("__electronDoubleOpen", (_source, url) => this.#openHandler({ url }).action);
    await page.addInitScript({ content: preloadScript(fs.readFileSync(preload, "utf8")) });
  }

  destroy() {
    this.#destroyed = true;
    this.emit("destroyed");
  }

  #event({ frame }) {
    const isTop = frame.parentFrame() === null;
    const senderFrame = { url: frame.url(), parent: isTop ? null : this.mainFrame };
    return { sender: this, senderFrame, processId: this.id, frameId: isTop ? 1 : 2 };
  }
}

class BrowserWindow extends EventEmitter {
  webContents = new WebContents();
  #opened;

  static getAllWindows() {
    return [...windows];
  }

  constructor({ width = 800, height = 600, webPreferences = {} } = {}) {
    super();
    this.id = this.webContents.id;
    const { preload, contextIsolation = true, sandbox = true, nodeIntegration = false } = webPreferences;
    if (!contextIsolation || !sandbox || nodeIntegration) {
      throw new Error("the double has secure windows only: contextIsolation and sandbox, no nodeIntegration");
    }
    windows.add(this);
    this.webContents.once("destroyed", () => this.#closed());
    this.#opened = openPage({ width, height }).then((page) => this.webContents.attach(page, preload));
  }

  async loadFile(path) {
    await this.loadURL(pathToFileURL(path).href);
  }

  async loadURL(url) {
    await this.#opened;
    await this.webContents.page.goto(url);
    this.webContents.emit("did-finish-load");
    this.emit("ready-to-show");
  }

  show() {}
  focus() {}

  isDestroyed() {
    return this.webContents.isDestroyed();
  }

  close() {
    void this.webContents.page?.close();
  }

  #closed() {
    windows.delete(this);
    this.emit("closed");
    if (windows.size === 0) app.emit("window-all-closed");
  }
}

app.closeAll = async () => {
  await closeBrowser();
  for (const window of windows) window.webContents.destroy();
};

const webContents = {
  getAllWebContents: () => [...windows].map((window) => window.webContents),
  fromId: (id) => webContents.getAllWebContents().find((contents) => contents.id === id),
};

module.exports = { BrowserWindow, webContents };
