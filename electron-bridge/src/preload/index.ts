/**
 * `window.pythonServer` for a page in an Electron window: named methods, each for one channel and no other.
 * Importing this exposes nothing. Needs no npm package, since a sandboxed preload could not load one.
 */
import type { PythonServerApi, SidecarStatus } from "../shared/api.js";
import { GET_SIDECAR_STATUS_CHANNEL, type InvokeChannel } from "../shared/channels.js";
import { type ApiRequest, makeApi } from "../shared/make-api.js";
import { remoteError } from "./remote-error.js";
import { type IpcRendererLike, subscriptionsOf } from "./subscriptions.js";

export type { PythonServerApi } from "../shared/api.js";
export type { CodedError } from "./remote-error.js";
export type { IpcListener, IpcRendererLike } from "./subscriptions.js";

/** What a sandboxed preload may require of Electron, as far as it is used. */
interface ElectronForPreload {
  contextBridge: { exposeInMainWorld(key: string, api: unknown): void };
  ipcRenderer: IpcRendererLike;
}

declare function require(id: string): unknown;
declare const process: { contextIsolated?: boolean } | undefined;

const CHANNELS: Record<ApiRequest, InvokeChannel> = {
  start: "start-python-server",
  stop: "stop-python-server",
  restart: "restart-python-server",
  getStatus: "get-python-server-status",
  list: "list-python-servers",
  getLogs: "get-python-server-logs",
  clearLogs: "clear-python-server-logs",
  updateServer: "update-python-server",
  getMetrics: "get-python-server-metrics",
  getSettings: "get-python-server-settings",
  sendRequest: "send-python-server-request",
};

/**
 * The API over `ipcRenderer`, for preloads that expose it by themselves.
 *
 * A request that was refused rejects with an `Error`: its `message` says what happened and what to do, its
 * `code` is the JSON-RPC error code. Electron's `contextBridge` copies nothing but the message of an error: a
 * page behind it has no `code`. What a page needs to decide on travels in answers instead (`success`,
 * `error.code`, `error.data`), which arrive whole.
 */
export function createPythonServerApi(ipcRenderer: IpcRendererLike): PythonServerApi {
  const subscriptions = subscriptionsOf(ipcRenderer);

  async function invoke(channel: string, payload?: object): Promise<unknown> {
    try {
      return await (payload === undefined
        ? ipcRenderer.invoke(channel)
        : ipcRenderer.invoke(channel, payload));
    } catch (error) {
      throw remoteError(error);
    }
  }

  return makeApi({
    ask: (method, params) => invoke(CHANNELS[method], params),
    getSidecarStatus: async () => (await invoke(GET_SIDECAR_STATUS_CHANNEL)) as SidecarStatus,
    subscribe: (channel, callback) => subscriptions.add(channel, callback),
  });
}

/**
 * Gives the page `window.pythonServer`, or `window[key]`. To be called once, in the preload.
 *
 * @throws Error in a preload that is an ES module, where Electron cannot be required: there, call
 *   `contextBridge.exposeInMainWorld("pythonServer", createPythonServerApi(ipcRenderer))`.
 */
export function exposePythonServer(key = "pythonServer"): void {
  const { contextBridge, ipcRenderer } = electronForPreload(key);
  const api = createPythonServerApi(ipcRenderer);
  const isolated = typeof process === "undefined" || process.contextIsolated !== false;
  if (isolated) contextBridge.exposeInMainWorld(key, api);
  else Object.assign(globalThis, { [key]: api });
}

function electronForPreload(key: string): ElectronForPreload {
  try {
    return require("electron") as ElectronForPreload;
  } catch (cause) {
    const instead = `contextBridge.exposeInMainWorld("${key}", createPythonServerApi(ipcRenderer))`;
    throw new Error(
      `Electron cannot be required here, in an ES module for example; import it there and call ${instead}`,
      { cause },
    );
  }
}
