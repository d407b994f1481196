/** The store: subscribes to everything when it is created, then asks what there is. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PythonServerApi, SidecarStatus, Unsubscribe } from "../../shared/api.js";
import { createActions } from "./actions.js";
import { apply } from "./apply.js";
import { Hydration } from "./hydration.js";
import { LogRing } from "./log-ring.js";
import { missingApi } from "./missing-api.js";
import type { PanelEvent, PythonServerState } from "./state.js";

/** The store of a page. */
export type PythonServerStore = StoreApi<PythonServerState>;

declare global {
  interface Window {
    /** Put there by the preload of an Electron app. */
    pythonServer?: PythonServerApi;
  }
}

const UNKNOWN_SIDECAR: SidecarStatus = { status: "starting" };

/**
 * Creates a store over `api`, by default the page's `window.pythonServer`. Without one the store says so in
 * `sidecar`, with what to do about it, rather than throwing.
 */
export function createPythonServerStore(
  api: PythonServerApi = window.pythonServer ?? missingApi(),
): PythonServerStore {
  const ends: Unsubscribe[] = [];
  const store = createStore<PythonServerState>()((set, get) => {
    const dispatch = (event: PanelEvent) => {
      const change = apply(get(), event, performance.now());
      if (Object.keys(change).length > 0) set(change);
    };
    return {
      servers: {},
      logs: {},
      lastMessage: undefined,
      sidecar: UNKNOWN_SIDECAR,
      hydrated: false,
      metrics: {},
      pending: {},
      failures: {},
      alerts: [],
      since: {},
      readyAt: {},
      actions: createActions(api, { getState: get, setState: set, dispatch }),
      api,
      destroy: () => {
        for (const end of ends.splice(0)) end();
      },
    };
  });
  ends.push(...subscribe(api, store));
  return store;
}

/** The lines of another sidecar are numbered anew. */
function emptyRings(logs: PythonServerState["logs"]): PythonServerState["logs"] {
  return Object.fromEntries(Object.keys(logs).map((name) => [name, new LogRing()]));
}

function subscribe(api: PythonServerApi, store: PythonServerStore): Unsubscribe[] {
  const dispatch = (event: PanelEvent) => {
    const change = apply(store.getState(), event, performance.now());
    if (Object.keys(change).length > 0) store.setState(change);
  };
  const hydration = new Hydration(api, {
    getState: store.getState,
    takeServers: (servers) => dispatch({ type: "hydrated", servers }),
    tellTrouble: (message) => store.setState({ lastMessage: message }),
  });
  const onSidecar = (sidecar: SidecarStatus) => {
    const before = store.getState().sidecar;
    dispatch({ type: "sidecar", sidecar });
    const isAnother = sidecar.status === "running" && sidecar.pid !== before.pid && before.pid !== undefined;
    if (isAnother) store.setState({ logs: emptyRings(store.getState().logs) });
    if (sidecar.status === "running" && before.status !== "running") hydration.begin();
  };
  const ends = [
    api.onStatusChange((status) => dispatch({ type: "status", status })),
    api.onLogBatch((batch) => dispatch({ type: "log", batch })),
    api.onReady((ready) => dispatch({ type: "ready", ready })),
    api.onStopped((stopped) => dispatch({ type: "stopped", stopped })),
    api.onMetrics((metrics) => dispatch({ type: "metrics", metrics })),
    api.onAlert((alert) => dispatch({ type: "alert", alert })),
    api.onSidecarStatus(onSidecar),
    () => hydration.stop(),
  ];
  hydration.begin();
  api.getSidecarStatus().then(
    (sidecar) => {
      // What was told in the meantime is newer than this answer.
      if (store.getState().sidecar === UNKNOWN_SIDECAR) store.setState({ sidecar });
    },
    () => {}, // the list of servers fails as well, and tells why
  );
  return ends;
}
