/** What a page uses: the panel, the store beneath it, and the API over a WebSocket. */

export type * from "../shared/api.js";
export type * from "../shared/generated/protocol.js";
export { PythonServerProvider, usePythonServerStore } from "./hooks/context.js";
export { usePythonServer } from "./hooks/use-python-server.js";
export { PythonServerPanel } from "./panel/python-server-panel.js";
export { ProcessTable } from "./panel/servers/process-table.js";
export type { LogGap, LogLine, LogRing, LogRow } from "./store/log-ring.js";
export type * from "./store/state.js";
export { createPythonServerStore, type PythonServerStore } from "./store/store.js";
export { createWebPythonServerApi } from "./web.js";
