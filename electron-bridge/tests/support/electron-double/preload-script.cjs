/**
 * The preload of a window, wrapped so that it runs in a page before anything else: `electron` is all
 * that it can require, and what it exposes crosses as through Electron's context bridge.
 */

/** Runs in the page. Self-contained: its text is what travels. */
function runPreload(preload) {
  const invoke = window.__electronDoubleInvoke;
  const send = window.__electronDoubleSend;
  const listeners = new Map();

  const ipcRenderer = {
    async invoke(channel, ...args) {
      const answer = await invoke(channel, structuredClone(args));
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    },
    send(channel, ...args) {
      void send(channel, structuredClone(args));
    },
    on(channel, listener) {
      const known = listeners.get(channel) ?? [];
      listeners.set(channel, [...known, listener]);
      return ipcRenderer;
    },
    removeListener(channel, listener) {
      const known = listeners.get(channel) ?? [];
      listeners.set(
        channel,
        known.filter((other) => other !== listener),
      );
      return ipcRenderer;
    },
  };
  ipcRenderer.off = ipcRenderer.removeListener;

  /** A value as it looks on the other side of the bridge: cloned, functions as proxies, errors bare. */
  function cross(value) {
    if (typeof value === "function") return (...args) => cross(value(...args.map(cross)));
    if (value instanceof Promise) {
      return value.then(cross, (error) => {
        throw new Error(error?.message ?? String(error));
      });
    }
    if (Array.isArray(value)) return value.map(cross);
    if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cross(item)]));
    }
    return structuredClone(value);
  }

  const contextBridge = {
    exposeInMainWorld(key, api) {
      if (key in window) throw new Error(`Cannot bind an API on top of an existing property '${key}'`);
      const value = Object.freeze(cross(api));
      Object.defineProperty(window, key, { value, enumerable: true });
    },
  };

  Object.defineProperty(window, "__electronDouble", {
    value: {
      deliver: (channel, args) => {
        for (const listener of listeners.get(channel) ?? []) listener({}, ...args);
      },
    },
  });
  window.open = (url) => {
    void window.__electronDoubleOpen(String(url));
    return null;
  };

  const module = { exports: {} };
  const require = (name) => {
    if (name === "electron") return { contextBridge, ipcRenderer };
    throw new Error(`module not found: ${name}; a sandboxed preload can require electron alone`);
  };
  preload(require, module, module.exports);
}

/** The text for `addInitScript`. The preload is a part of it: a page's CSP forbids to evaluate text. */
function preloadScript(source) {
  return `(${runPreload})(function (require, module, exports) {\n${source}\n});`;
}

module.exports = { preloadScript };
