/** `app`: from whenReady to quit, with the order of events that Electron documents. */
const { EventEmitter } = require("node:events");
const path = require("node:path");

class App extends EventEmitter {
  isPackaged = false;
  #ready;
  #quitting = false;
  /** Set by windows.cjs: closes every window and the browser. */
  closeAll = async () => {};

  constructor() {
    super();
    this.#ready = new Promise((resolve) => setImmediate(resolve)).then(() => this.emit("ready"));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => this.quit());
  }

  async whenReady() {
    await this.#ready;
  }

  requestSingleInstanceLock() {
    return true;
  }

  getAppPath() {
    return path.dirname(require.main?.filename ?? process.cwd());
  }

  quit() {
    if (this.#quitting) return;
    if (!this.#ask("before-quit")) return;
    this.#quitting = true;
    void this.#end();
  }

  exit(code = 0) {
    this.#quitting = true;
    void this.closeAll().finally(() => process.exit(code));
  }

  async #end() {
    await this.closeAll();
    if (!this.#ask("will-quit")) {
      this.#quitting = false;
      return;
    }
    this.emit("quit", {}, 0);
    process.exit(0);
  }

  /** Emits an event that a listener may prevent; whether nobody did. */
  #ask(name) {
    let prevented = false;
    const event = {
      preventDefault: () => {
        prevented = true;
      },
    };
    this.emit(name, event);
    return !prevented;
  }
}

module.exports = { app: new App() };
