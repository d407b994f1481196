/** The store of the page, over `window.pythonServer`, for everything that was given no other. */
import { createPythonServerStore, type PythonServerStore } from "./store.js";

/** On the page itself, not in this module: hot reload loads modules anew, and a bundle may hold two copies. */
const KEY = Symbol.for("electron-python-server.store");

interface Page {
  [KEY]?: PythonServerStore;
}

/** The page's store. Made when it is wanted for the first time, and kept as long as the page. */
export function pageStore(): PythonServerStore {
  const page = globalThis as Page;
  page[KEY] ??= createPythonServerStore();
  return page[KEY];
}

/** Whether the page has an api. */
export function hasPageApi(): boolean {
  return globalThis.window?.pythonServer !== undefined;
}
