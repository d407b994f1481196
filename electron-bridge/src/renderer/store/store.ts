/** The store of a page: what is known of the servers, kept up to date from its creation on. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PythonServerApi } from "../../shared/api.js";
import { createActions } from "./actions.js";
import { apply } from "./apply.js";
import { Feed } from "./feed.js";
import { Hydration } from "./hydration.js";
import type { Known } from "./known.js";
import { LogRing, type LogRingLimits } from "./log-ring.js";
import { missingApi } from "./missing-api.js";
import { Snapshots } from "./snapshots.js";
import type { PanelEvent, PythonServerState } from "./state.js";

// In a module that the package exports something of: only its declarations reach the built types.
declare global {
  interface Window {
    /** Put there by the preload script. */
    pythonServer?: PythonServerApi;
  }
}

/** A vanilla Zustand store; `usePythonServer` reads it in React. */
export type PythonServerStore = StoreApi<PythonServerState>;

/** What may be chosen for a store. */
export interface PythonServerStoreOptions {
  /** How much of each server's log is kept. */
  logs?: LogRingLimits;
}

const NOTHING_KNOWN: Known = {
  servers: {},
  logs: {},
  lastMessage: undefined,
  sidecar: { status: "starting" },
  hydrated: false,
  metrics: {},
  pending: {},
  failures: {},
  alerts: [],
  since: {},
  readyAt: {},
};

/**
 * Creates a store over `api`, by default `window.pythonServer`. It subscribes at once and reads what there
 * is; `destroy()` of its state ends that. Without any api it says so in `sidecar`, with what to do about it.
 */
export function createPythonServerStore(
  api: PythonServerApi = globalThis.window?.pythonServer ?? missingApi(),
  { logs: limits }: PythonServerStoreOptions = {},
): PythonServerStore {
  const snapshots = new Snapshots();
  const newRing = () => new LogRing(limits);
  const dispatch = (event: PanelEvent) => {
    const change = apply(store.getState(), event, { now: performance.now(), newRing });
    if (Object.keys(change).length > 0) store.setState(change);
  };
  const store: PythonServerStore = createStore<PythonServerState>()((setState, getState) => ({
    ...NOTHING_KNOWN,
    actions: createActions(api, { getState, setState, dispatch, snapshots }),
    api,
    destroy: () => feed.end(),
  }));
  const hydration = new Hydration(api, {
    getState: store.getState,
    dispatch,
    snapshots,
    tellTrouble: troubleTeller(store),
  });
  const feed = new Feed(api, { dispatch, hydration, snapshots });
  return store;
}

/** Puts a trouble where the state of the sidecar is shown, and takes it away again. */
function troubleTeller(store: PythonServerStore): (message: string | undefined) => void {
  let told: string | undefined;
  return (message) => {
    const { sidecar, lastMessage } = store.getState();
    const { message: shown, ...rest } = sidecar;
    if (message !== undefined) store.setState({ sidecar: { ...rest, message }, lastMessage: message });
    else if (told !== undefined && shown === told) {
      store.setState({ sidecar: rest, lastMessage: lastMessage === told ? undefined : lastMessage });
    }
    told = message;
  };
}
