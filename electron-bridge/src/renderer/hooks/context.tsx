/** Which store the hooks below use: the nearest provider's, otherwise the one of the page. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer } from "react";
import type { PythonServerApi } from "../../shared/api.js";
import { hasPageApi, pageStore } from "../store/page-store.js";
import { retainStore, storeOf } from "../store/shared-stores.js";
import type { PythonServerStore } from "../store/store.js";

const StoreContext = createContext<PythonServerStore | null>(null);

/** One of the two: a store, or an api that a store is made of. */
export type PythonServerProviderProps = { children?: ReactNode } & (
  | {
      /** A store of the app's own; it is for the app to destroy it. */
      store: PythonServerStore;
      api?: undefined;
    }
  | {
      /** A store over it is made, shared by every provider of the same api, and destroyed with the last. */
      api: PythonServerApi;
      store?: undefined;
    }
);

/** Chooses the store of everything inside. */
export function PythonServerProvider({ store, api, children }: PythonServerProviderProps) {
  const made = useStoreOf(api);
  return <StoreContext.Provider value={store ?? made ?? null}>{children}</StoreContext.Provider>;
}

/**
 * The store over `api`. What a render makes may be thrown away, and rendered twice: so a store is kept by its
 * api, and only what is really on the page keeps it alive.
 */
function useStoreOf(api: PythonServerApi | undefined): PythonServerStore | undefined {
  const [revived, revive] = useReducer((times: number) => times + 1, 0);
  const store = useMemo(() => {
    void revived;
    return api && storeOf(api);
  }, [api, revived]);
  useEffect(() => {
    if (!api || !store) return;
    if (storeOf(api) === store) return retainStore(store);
    // It was hidden so long that its store was destroyed: another one takes its place.
    revive();
  }, [api, store]);
  return store;
}

/** The store that is in use here. Its own is made for the page when it is wanted for the first time. */
export function usePythonServerStore(): PythonServerStore {
  return useContext(StoreContext) ?? pageStore();
}

/** Whether there is anything to talk to here: a provider around, or `window.pythonServer`. */
export function useHasPythonServer(): boolean {
  return useContext(StoreContext) !== null || hasPageApi();
}
