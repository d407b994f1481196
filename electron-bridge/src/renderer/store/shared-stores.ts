/** One store per api, however many parts of a page want one: destroyed when nobody uses it any more. */
import type { PythonServerApi } from "../../shared/api.js";
import { createPythonServerStore, type PythonServerStore } from "./store.js";

const stores = new WeakMap<PythonServerApi, PythonServerStore>();
const users = new WeakMap<PythonServerStore, number>();

/** The store over `api`. Made when it is wanted for the first time. */
export function storeOf(api: PythonServerApi): PythonServerStore {
  const known = stores.get(api);
  if (known) return known;
  const made = createPythonServerStore(api);
  stores.set(api, made);
  return made;
}

/**
 * Keeps a store alive until the returned function is called. After the last one it is destroyed, but not at
 * once: React's StrictMode takes everything off the page and puts it back within one task.
 */
export function retainStore(store: PythonServerStore): () => void {
  users.set(store, usersOf(store) + 1);
  // A store that was given up in the meantime stays in use by whoever comes back to it in time.
  return () => {
    users.set(store, usersOf(store) - 1);
    setTimeout(() => {
      if (usersOf(store) > 0) return;
      const { api, destroy } = store.getState();
      if (stores.get(api) === store) stores.delete(api);
      destroy();
    });
  };
}

function usersOf(store: PythonServerStore): number {
  return users.get(store) ?? 0;
}
