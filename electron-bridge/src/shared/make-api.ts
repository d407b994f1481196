/**
 * `PythonServerApi` made from what every way to a sidecar has: to ask, and to be told. What the methods take
 * is turned into params here, the same for IPC, for a WebSocket and for a fake.
 */
import type { LogMeta, PythonServerApi, SidecarStatus, Unsubscribe } from "./api.js";
import type { NotificationChannel, NotificationPayloads } from "./channels.js";
import { callSafely, expectCallback } from "./listeners.js";
import { forEachLine } from "./log-lines.js";

/** The methods of the API that ask the sidecar, and what they are called on the wire. */
export const REQUESTS = {
  start: "start",
  stop: "stop",
  restart: "restart",
  getStatus: "get_status",
  list: "list_servers",
  getLogs: "get_logs",
  clearLogs: "clear_logs",
  updateServer: "update_server",
  getMetrics: "get_metrics",
  getSettings: "get_settings",
  sendRequest: "send_request",
} as const;

/** A method of the API that asks the sidecar. */
export type ApiRequest = keyof typeof REQUESTS;

/** One way to a sidecar. */
export interface WayToSidecar {
  /** Asks. `params` are plain values; none for methods that take none. */
  ask(method: ApiRequest, params?: object): Promise<unknown>;
  /** The state of the sidecar at this moment. */
  getSidecarStatus(): Promise<SidecarStatus>;
  /** Calls `callback` with every payload of `topic` until the returned function is called. */
  subscribe<T extends NotificationChannel>(
    topic: T,
    callback: (payload: NotificationPayloads[T]) => void,
  ): Unsubscribe;
}

/** The API that goes this way. Plain functions only, so that it can be handed across contexts. */
export function makeApi({ ask, getSidecarStatus, subscribe }: WayToSidecar): PythonServerApi {
  async function request<M extends ApiRequest>(method: M, params?: object) {
    return (await ask(method, params)) as Awaited<ReturnType<PythonServerApi[M]>>;
  }
  return {
    start: async (name) => request("start", named(name)),
    stop: async (options) => request("stop", nameOrOptions(options)),
    restart: async (options) => request("restart", nameOrOptions(options)),
    getStatus: async (name) => request("getStatus", named(name)),
    list: async () => request("list"),
    getLogs: async (query) => request("getLogs", given(query ?? {})),
    clearLogs: async (name) => request("clearLogs", named(name)),
    updateServer: async (update) => request("updateServer", given(update)),
    getMetrics: async (name) => request("getMetrics", named(name)),
    getSettings: async (name) => request("getSettings", named(name)),
    sendRequest: async (sent) => request("sendRequest", given(sent)),
    getSidecarStatus: async () => getSidecarStatus(),

    onStatusChange: (callback) => subscribe("python-server-status", callback),
    onLog: (callback) => {
      expectCallback("python-log", callback);
      const each = (line: string, meta: LogMeta) => callSafely(callback, line, meta);
      return subscribe("python-log", (batch) => forEachLine(batch, each));
    },
    onLogBatch: (callback) => subscribe("python-log", callback),
    onReady: (callback) => subscribe("python-server-ready", callback),
    onStopped: (callback) => subscribe("python-server-stopped", callback),
    onMetrics: (callback) => subscribe("python-server-metrics", callback),
    onAlert: (callback) => subscribe("python-server-alert", callback),
    onSidecarStatus: (callback) => subscribe("python-sidecar-status", callback),
  };
}

/** The params that name a server. A click handler that passes its event for a name is told so. */
function named(name: string | undefined): object {
  if (name === undefined) return {};
  if (typeof name === "string") return { name };
  throw new TypeError(`the name of a server is a string, not ${typeof name}`);
}

function nameOrOptions(options: string | object | undefined): object {
  return typeof options === "object" ? given(options) : named(options);
}

/** Absent values are absent keys, at every depth. Unknown keys stay: whoever answers refuses them by name. */
function given(values: object): object {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, isTable(value) ? given(value) : value]));
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
