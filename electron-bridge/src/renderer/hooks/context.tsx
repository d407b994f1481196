/** Which store the hooks below use: the nearest provider's, otherwise the one of the page. */
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
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
  // What a render makes may be thrown away or rendered twice: a store is therefore kept by its api, and only
  // what is really on the page keeps it alive.
  const made = useMemo(() => (api ? storeOf(api) : undefined), [api]);
  useEffect(() => made && retainStore(made), [made]);
  return <StoreContext value={store ?? made ?? null}>{children}</StoreContext>;
}

/** The store that is in use here. Its own is made for the page when it is wanted for the first time. */
export function usePythonServerStore(): PythonServerStore {
  return useContext(StoreContext) ?? pageStore();
}

/** Whether there is anything to talk to here: a provider around, or `window.pythonServer`. */
export function useHasPythonServer(): boolean {
  return useContext(StoreContext) !== null || hasPageApi();
}
