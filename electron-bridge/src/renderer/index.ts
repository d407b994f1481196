/**
 * For a page, in an Electron window or in a browser: a store that knows the Python servers, React hooks over
 * it, and the panel.
 */
export type * from "../shared/api.js";
export type * from "../shared/generated/protocol.js";
export {
  PythonServerProvider,
  type PythonServerProviderProps,
  useHasPythonServer,
  usePythonServerStore,
} from "./hooks/context.js";
export { useNow } from "./hooks/use-now.js";
export {
  type ServerView,
  useLogVersion,
  useNewestLogRows,
  usePythonServer,
  usePythonServerActions,
  usePythonServerApi,
  useServer,
  useServerNames,
} from "./hooks/use-python-server.js";
// The panel. Its look is in electron-python-server/styles.css.
export { PythonServerPanel, type PythonServerPanelProps } from "./panel/python-server-panel.js";
export { ProcessTable, type ProcessTableProps } from "./panel/servers/process-table.js";
export type { LogGap, LogLine, LogRing, LogRingLimits, LogRow } from "./store/log-ring.js";
export type {
  CommandFailure,
  MetricsHistory,
  NumberedAlert,
  PanelServer,
  PendingCommand,
  PythonServerActions,
  PythonServerState,
} from "./store/state.js";
export {
  createPythonServerStore,
  type PythonServerStore,
  type PythonServerStoreOptions,
} from "./store/store.js";

// A page without Electron.
export {
  createWebPythonServerApi,
  NOT_CONNECTED,
  type WebHost,
  type WebPythonServerApi,
  WebRequestError,
  type WebSocketLike,
} from "./web.js";
