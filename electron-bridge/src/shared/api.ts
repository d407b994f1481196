/**
 * `window.pythonServer`: what a page can ask and hear, whether it lives in an Electron window or in a
 * browser. Types alone; `preload` implements it over IPC and `renderer/web.ts` over a WebSocket.
 */
import type {
  AlertParams,
  ClearLogsResult,
  LogPage,
  LogParams,
  ReadyParams,
  SendRequestResult,
  ServerControlResponse,
  ServerMetrics,
  ServerStatus,
  Settings,
  StatusParams,
  StoppedParams,
  UpdateServerResponse,
} from "./generated/protocol.js";

/** Ends what it was returned for. A second call does nothing. */
export type Unsubscribe = () => void;

/** Which server, and how hard. `timeout` in seconds, above 0. */
export interface StopOptions {
  /** May be left out when one server is configured, or one is called `default`. */
  name?: string;
  /** Kill at once instead of asking the server to end. */
  force?: boolean;
  /** How long the server may take to end by itself, in seconds. */
  timeout?: number;
}

/** Which lines of a server's log. */
export interface LogsQuery {
  /** May be left out when one server is configured, or one is called `default`. */
  name?: string;
  /** Only lines with a higher number; without it, the newest. */
  after?: number;
  /** At most so many lines; 1,000 if left out. */
  limit?: number;
  /** Only lines of this stream; both if left out. */
  stream?: "stdout" | "stderr";
}

/** The settings that a page may change. Never a command, a path or an environment variable. */
export interface SettingsChanges {
  port?: number;
  host?: string;
  portConflict?: "fail" | "next";
  autostart?: boolean;
  restart?: Partial<Settings["restart"]>;
}

/** One HTTP request to a running server, sent by the sidecar to that server and nowhere else. */
export interface ServerRequest {
  /** May be left out when one server is configured, or one is called `default`. */
  name?: string;
  /** `GET` if left out. */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** From the first `/` on, with the query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, in seconds; 30 if left out. */
  timeout?: number;
}

/** The state of the sidecar, the process that runs the servers. */
export interface SidecarStatus {
  status: "starting" | "running" | "restarting" | "stopped" | "failed";
  pid?: number;
  /** What happened and what to do, for people. */
  message?: string;
}

/** What is known of a line beside its text. */
export interface LogMeta {
  name: string;
  stream: "stdout" | "stderr";
  /** Its number, counted from 1 per server. */
  seq: number;
  /** When it was read, ISO 8601 in UTC. */
  time: string;
  /** Lines of this server that were left out just before this one. */
  dropped?: number;
  /** The line goes on in the next one of this stream. */
  partial?: boolean;
}

/**
 * What a page can do with the servers. Methods reject with an `Error` when nothing could be asked; a command
 * that was asked and failed is an answer with `success: false`. The error's `code` is the JSON-RPC error code
 * in a browser; behind Electron's context bridge only its message survives.
 */
export interface PythonServerApi {
  /** Starts a server; resolves when it is running or has failed. */
  start(name?: string): Promise<ServerControlResponse>;
  /** Stops a server; resolves when nothing of it is left. */
  stop(options?: string | StopOptions): Promise<ServerControlResponse>;
  /** Restarts a server, or starts one that does not run. */
  restart(options?: string | StopOptions): Promise<ServerControlResponse>;
  /** A server at this moment, with its newest 100 lines. */
  getStatus(name?: string): Promise<ServerStatus>;
  /** Every server, without lines. */
  list(): Promise<ServerStatus[]>;
  /** Lines that are still held. */
  getLogs(query?: LogsQuery): Promise<LogPage>;
  /** Forgets the lines held; their numbers are not used again. */
  clearLogs(name?: string): Promise<ClearLogsResult>;
  /** Changes settings; they hold from the next start on where `restartRequired` says so. */
  updateServer(update: { name?: string; changes: SettingsChanges }): Promise<UpdateServerResponse>;
  /** CPU and memory of a server's whole process tree. */
  getMetrics(name?: string): Promise<ServerMetrics>;
  /** What the next start of a server uses. */
  getSettings(name?: string): Promise<Settings>;
  /** Sends one HTTP request to a running server. */
  sendRequest(request: ServerRequest): Promise<SendRequestResult>;
  /** The state of the sidecar at this moment. */
  getSidecarStatus(): Promise<SidecarStatus>;

  /** Called with a server's status, without lines, at every change of it. */
  onStatusChange(callback: (status: StatusParams) => void): Unsubscribe;
  /** Called once per line, without its newline. */
  onLog(callback: (line: string, meta: LogMeta) => void): Unsubscribe;
  /** Called once per batch, as it crosses the process boundary. */
  onLogBatch(callback: (batch: LogParams) => void): Unsubscribe;
  /** Called when a server has become ready, with its address. */
  onReady(callback: (ready: ReadyParams) => void): Unsubscribe;
  /** Called when a server's process has ended, with how, and whether that was wanted. */
  onStopped(callback: (stopped: StoppedParams) => void): Unsubscribe;
  /** Called every 2 s for each running server. */
  onMetrics(callback: (metrics: ServerMetrics) => void): Unsubscribe;
  /** Called when there is something that a person should look at. */
  onAlert(callback: (alert: AlertParams) => void): Unsubscribe;
  /** Called when the state of the sidecar itself has changed. */
  onSidecarStatus(callback: (status: SidecarStatus) => void): Unsubscribe;
}
