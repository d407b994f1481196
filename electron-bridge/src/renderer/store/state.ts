/** What the store holds: plain values, beside the log rings, which live outside of React's state. */
import type { PythonServerApi, SidecarStatus, StopOptions } from "../../shared/api.js";
import type {
  AlertParams,
  ControlError,
  LogParams,
  ReadyParams,
  ServerControlResponse,
  ServerMetrics,
  StatusParams,
  StoppedParams,
} from "../../shared/generated/protocol.js";
import type { LogRing } from "./log-ring.js";

/** A server as the panel knows it: its status without lines, which are in `logs`. */
export type PanelServer = StatusParams;

/** A command that was sent and has not been answered yet. */
export type PendingCommand = "start" | "stop" | "restart" | "force-stop";

/** The last command of a server that failed, until the next one or until its cause has gone. */
export interface CommandFailure {
  message: string;
  /** Absent when the command could not even be asked, or was refused: the message says why. */
  error?: ControlError;
}

/** An alert with the place it has among all alerts of this page, for lists and toasts. */
export interface NumberedAlert extends AlertParams {
  id: number;
}

/** The newest samples of a server, oldest first; at most `METRICS_KEPT` of them. */
export type MetricsHistory = readonly ServerMetrics[];

/** Everything that happens, as one union: what `apply` takes. */
export type PanelEvent =
  | { type: "hydrated"; servers: readonly PanelServer[] }
  | { type: "status"; status: StatusParams }
  | { type: "log"; batch: LogParams }
  | { type: "ready"; ready: ReadyParams }
  | { type: "stopped"; stopped: StoppedParams }
  | { type: "metrics"; metrics: ServerMetrics }
  | { type: "alert"; alert: AlertParams }
  | { type: "sidecar"; sidecar: SidecarStatus }
  | { type: "command-sent"; name: string; command: PendingCommand }
  | { type: "command-answered"; name: string; command: PendingCommand; response: ServerControlResponse }
  | { type: "command-rejected"; name: string; command: PendingCommand; message: string }
  | { type: "logs-cleared"; name: string }
  | { type: "failure-dismissed"; name: string }
  | { type: "alert-dismissed"; id: number }
  /** Another sidecar has taken over: it numbers the lines of every server from 1 on. */
  | { type: "log-numbers-anew" };

/** What a page can do. Each resolves when it is answered; failures are in `failures` and `lastMessage`. */
export interface PythonServerActions {
  startServer(name?: string): Promise<ServerControlResponse | undefined>;
  stopServer(options?: string | StopOptions): Promise<ServerControlResponse | undefined>;
  restartServer(options?: string | StopOptions): Promise<ServerControlResponse | undefined>;
  /** Reads the status of one server, or of all, anew. */
  refreshStatus(name?: string): Promise<void>;
  clearLogs(name?: string): Promise<void>;
  /** Takes the lines of a gap back in from the sidecar's buffer, as far as it still holds them. */
  loadLogs(name: string, after: number, before: number): Promise<void>;
  /** Takes an alert off the list. */
  dismissAlert(id: number): void;
  /** Takes the failure of the last command away. */
  dismissFailure(name: string): void;
}

/** The state of the store. */
export interface PythonServerState {
  /** By name. Empty until the first answer: see `hydrated`. */
  servers: Readonly<Record<string, PanelServer>>;
  /** By name; bounded. The ring itself changes in place; `version` of it tells when. */
  logs: Readonly<Record<string, LogRing>>;
  /** The newest message of a command's answer, for people. */
  lastMessage: string | undefined;
  sidecar: SidecarStatus;
  /** Whether the list of servers has been received. */
  hydrated: boolean;
  metrics: Readonly<Record<string, MetricsHistory>>;
  pending: Readonly<Record<string, PendingCommand>>;
  failures: Readonly<Record<string, CommandFailure>>;
  /** Oldest first; the newest 50. */
  alerts: readonly NumberedAlert[];
  /** When the present status of a server began, on the page's monotonic clock (`performance.now()`), in ms. */
  since: Readonly<Record<string, number>>;
  /** When `uptime` of a server was 0, on the page's monotonic clock, in ms; only while running. */
  readyAt: Readonly<Record<string, number>>;
  actions: PythonServerActions;
  /** What the panel's settings and API tabs ask directly. */
  api: PythonServerApi;
  /** Ends every subscription; the store is not used afterwards. */
  destroy(): void;
}
