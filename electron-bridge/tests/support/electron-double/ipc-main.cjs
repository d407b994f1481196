/** `ipcMain`: handlers and listeners, each called with an event that names the sender. */
const { EventEmitter } = require("node:events");

class IpcMain extends EventEmitter {
  #handlers = new Map();

  handle(channel, handler) {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel) {
    this.#handlers.delete(channel);
  }

  /** What `ipcRenderer.invoke` of a window leads to; an error arrives there as its text alone. */
  async dispatchInvoke(event, channel, args) {
    const handler = this.#handlers.get(channel);
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      return { value: structuredClone(await handler(event, ...args)) };
    } catch (error) {
      return { error: `Error invoking remote method '${channel}': ${error}` };
    }
  }

  /** What `ipcRenderer.send` of a window leads to. */
  dispatchSend(event, channel, args) {
    this.emit(channel, event, ...args);
  }
}

module.exports = { ipcMain: new IpcMain() };
