/**
 * The page's own store over `window.pythonServer`: one per page, created when it is first used, and kept
 * beyond a hot reload of this module.
 */
import { createPythonServerStore, type PythonServerStore } from "./store.js";

const KEY = Symbol.for("electron-python-server.store");

type Page = typeof globalThis & { [KEY]?: PythonServerStore };

/** The store of this page. */
export function defaultStore(): PythonServerStore {
  const page = globalThis as Page;
  page[KEY] ??= createPythonServerStore();
  return page[KEY];
}

/** Whether the preload has put its API on this page. */
export function hasPythonServer(): boolean {
  return typeof window !== "undefined" && window.pythonServer !== undefined;
}
