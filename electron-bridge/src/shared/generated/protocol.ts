// Made from protocol.schema.json by `npm run generate`; changes here are lost.

/**
 * What an alert is about.
 */
export type AlertKind =
  | "heartbeat-timeout"
  | "heartbeat-recovered"
  | "unhealthy"
  | "restart-limit"
  | "host-unreachable"
  | "host-recovered";

/**
 * Something a person should look at.
 */
export interface AlertParams {
  /**
   * The server's name, or the host's.
   */
  name: string;
  /**
   * What it is about.
   */
  kind: AlertKind;
  /**
   * What happened, in a sentence for people.
   */
  message: string;
  /**
   * When it was noticed.
   */
  time: string;
}

/**
 * What this sidecar can do.
 */
export interface Capabilities {
  /**
   * The topics that can be asked for.
   */
  notifications: Topic[];
}

/**
 * What `clear_logs` did.
 */
export interface ClearLogsResult {
  /**
   * How many lines were forgotten.
   */
  cleared: number;
}

/**
 * Where registry, heartbeat and supervisord disagree.
 */
export type Condition =
  "unreachable" | "stale-heartbeat" | "pid-mismatch" | "running-unregistered" | "registered-not-running";

/**
 * Why a command failed; clients switch on `code`.
 */
export interface ControlError {
  /**
   * What kind of failure it is.
   */
  code: FailureCode;
  /**
   * What to do next.
   */
  hint?: string;
  /**
   * Details; which ones depends on the code.
   */
  data?: Record<string, unknown>;
}

/**
 * How the process ended.
 */
export interface ExitedEarlyData {
  /**
   * Its exit code, if it ended by itself.
   */
  exitCode?: number;
  /**
   * The signal that ended it, by name.
   */
  signal?: string;
  /**
   * The server's last lines, oldest first.
   */
  tail: string[];
}

/**
 * Why an operation on a server failed; clients switch on these.
 */
export type FailureCode =
  | "PORT_IN_USE"
  | "SPAWN_FAILED"
  | "EXITED_EARLY"
  | "READY_TIMEOUT"
  | "STOP_TIMEOUT"
  | "CANCELLED"
  | "REMOTE_UNREACHABLE"
  | "REMOTE_FAULT"
  | "NOT_SUPPORTED";

/**
 * Which lines are wanted.
 */
export interface GetLogsParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * Only lines numbered above this, oldest first; without it the newest.
   */
  after?: number;
  /**
   * At most so many lines.
   */
  limit?: number;
  /**
   * Only lines of this stream.
   */
  stream?: Stream;
}

/**
 * Whether a server is given its socket, and how it is replaced.
 */
export type Handoff = "socket" | "overlap" | "none";

/**
 * What a health check says.
 */
export type Health = "healthy" | "unhealthy";

/**
 * What is done about an unhealthy server.
 */
export type HealthAction = "alert" | "restart";

/**
 * What changes of `health`.
 */
export interface HealthChanges {
  /**
   * A GET of this path has to answer with a status of 200 to 399 while it runs.
   */
  http?: string;
  /**
   * Seconds from one question to the next.
   */
  interval?: number;
  /**
   * Seconds after which a question without an answer has failed.
   */
  timeout?: number;
  /**
   * So many questions in a row have to fail: then it is unhealthy.
   */
  failures?: number;
  /**
   * What to do with an unhealthy server: tell of it, or restart it as well.
   */
  action?: HealthAction;
}

/**
 * What a running server is asked again and again, to notice when it hangs; needs `http`.
 */
export interface HealthSpec {
  /**
   * A GET of this path has to answer with a status of 200 to 399 while it runs.
   */
  http: string;
  /**
   * Seconds from one question to the next.
   */
  interval?: number;
  /**
   * Seconds after which a question without an answer has failed.
   */
  timeout?: number;
  /**
   * So many questions in a row have to fail: then it is unhealthy.
   */
  failures?: number;
  /**
   * What to do with an unhealthy server: tell of it, or restart it as well.
   */
  action?: HealthAction;
}

/**
 * Says who the client is, adds servers and picks notifications; all of it optional.
 */
export interface InitializeParams {
  /**
   * What the client speaks.
   */
  protocolVersion?: string;
  /**
   * The client's name and version; for the log.
   */
  clientInfo?: Record<string, unknown>;
  /**
   * Servers by name, as in `[servers.NAME]` but with keys in camelCase. Each adds or replaces the whole server of that name, a running one from its next start on.
   */
  servers?: {
    [k: string]: ServerSpec;
  };
  /**
   * The topics wanted; by default all but metrics.
   */
  notifications?: Topic[];
}

/**
 * Who answers, and what it manages.
 */
export interface InitializeResult {
  /**
   * The version of this protocol.
   */
  protocolVersion: "1";
  /**
   * Which sidecar answers.
   */
  serverInfo: ServerInfo;
  /**
   * What it can do.
   */
  capabilities: Capabilities;
  /**
   * Every server, each with `logs: []`.
   */
  servers: ServerStatus[];
}

/**
 * One line, or with `partial` a piece of one.
 */
export interface LogEntry {
  /**
   * Its number; counted from 1 per server, both streams together.
   */
  seq: number;
  /**
   * When it was read.
   */
  time: string;
  /**
   * Where the server wrote it.
   */
  stream: Stream;
  /**
   * Its text, without the line end.
   */
  line: string;
  /**
   * The line goes on in the next entry of that stream.
   */
  partial?: true;
}

/**
 * Lines out of the ring, oldest first.
 */
export interface LogPage {
  /**
   * The lines.
   */
  entries: LogEntry[];
  /**
   * The `after` of the following request.
   */
  next: number;
  /**
   * Lines after `after` that are no longer held; 0 without `after`.
   */
  dropped: number;
}

/**
 * Consecutive lines of one stream, or only the news that some were left out.
 */
export interface LogParams {
  /**
   * The server's name.
   */
  name: string;
  /**
   * Where the server wrote them.
   */
  stream: Stream;
  /**
   * The lines, joined by newlines, without a newline at the end.
   */
  text: string;
  /**
   * How many lines `text` holds; 0 if only `dropped` is to be told.
   */
  count: number;
  /**
   * The number of the first line; with `count` 0, of the line to come.
   */
  seq: number;
  /**
   * When the first of them was read.
   */
  time: string;
  /**
   * Lines of this server left out since its previous `python-log`; `get_logs` may have them.
   */
  dropped?: number;
  /**
   * The last line is unfinished or was split: it goes on in the next of that stream.
   */
  partial?: true;
}

/**
 * What changes of `logs`.
 */
export interface LogsChanges {
  /**
   * The newest lines kept in memory for `get_logs`.
   */
  lines?: number;
  /**
   * A file that the output is written to as well; rotated to `FILE.1` and on.
   */
  file?: string;
  /**
   * The size at which `file` is rotated.
   */
  maxBytes?: number;
  /**
   * How many rotated files are kept.
   */
  backups?: number;
}

/**
 * What is kept of the server's output.
 */
export interface LogsSpec {
  /**
   * The newest lines kept in memory for `get_logs`.
   */
  lines?: number;
  /**
   * A file that the output is written to as well; rotated to `FILE.1` and on.
   */
  file?: string;
  /**
   * The size at which `file` is rotated.
   */
  maxBytes?: number;
  /**
   * How many rotated files are kept.
   */
  backups?: number;
}

/**
 * Names a server.
 */
export interface NameParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
}

/** Takes nothing. */
export type NoParams = Record<string, never>;

/**
 * An OpenRPC document, as https://spec.open-rpc.org describes it.
 */
export interface OpenRpcDocument {
  /**
   * The version of OpenRPC.
   */
  openrpc: string;
  /**
   * What is described, and in which version.
   */
  info: Record<string, unknown>;
  /**
   * The methods.
   */
  methods: Record<string, unknown>[];
}

/**
 * What is done when a port is taken.
 */
export type PortConflict = "fail" | "next";

/**
 * Who holds the port, and which one is free. The sidecar never kills the holder.
 */
export interface PortInUseData {
  /**
   * The port that was wanted.
   */
  port: number;
  /**
   * The process that listens on it, where the system tells.
   */
  pid?: number;
  /**
   * That process's name, where the system tells.
   */
  process?: string;
  /**
   * The next free port; absent if there is none above.
   */
  suggestedPort?: number;
  /**
   * The server's last lines, if it had been launched.
   */
  tail?: string[];
}

/**
 * What changes of `ready`; naming one of the checks replaces the others.
 */
export interface ReadyChanges {
  /**
   * Ready when a GET of this path answers with a status of 200 to 399.
   */
  http?: string;
  /**
   * Ready when it accepts a connection on its port.
   */
  tcp?: true;
  /**
   * Ready when a line of output matches this Python regular expression.
   */
  log?: string;
  /**
   * Ready as soon as the process runs.
   */
  none?: true;
  /**
   * Seconds to wait before the start is given up.
   */
  timeout?: number;
}

/**
 * The readiness check passed against this very process.
 */
export interface ReadyParams {
  /**
   * The server's name.
   */
  name: string;
  /**
   * The process id of the main process.
   */
  pid: number;
  /**
   * The port it listens on; 0 for a server without one.
   */
  port: number;
  /**
   * Where a client on this machine reaches it; absent without a port.
   */
  url?: string;
}

/**
 * How one tells that the server is up; at most one of `http`, `tcp`, `log` and `none`.
 */
export interface ReadySpec {
  /**
   * Ready when a GET of this path answers with a status of 200 to 399.
   */
  http?: string;
  /**
   * Ready when it accepts a connection on its port.
   */
  tcp?: true;
  /**
   * Ready when a line of output matches this Python regular expression.
   */
  log?: string;
  /**
   * Ready as soon as the process runs.
   */
  none?: true;
  /**
   * Seconds to wait before the start is given up.
   */
  timeout?: number;
}

/**
 * What changes of `restart`; `backoff` changes as a whole.
 */
export interface RestartChanges {
  /**
   * After which ends of its own it is restarted: none, those with an error, or all.
   */
  policy?: RestartPolicy;
  /**
   * Give up rather than restart more often in `window` seconds.
   */
  max?: number;
  /**
   * The seconds in which `max` counts; a run of this length starts afresh.
   */
  window?: number;
  /**
   * The first delay in seconds, the factor by which each further one is longer, and the longest; varied by 10 % at random.
   */
  backoff?: [number, number, number];
}

/**
 * Which server to restart, and how.
 */
export interface RestartParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * Kill the old process instead of asking it to end.
   */
  force?: boolean;
  /**
   * Seconds until the old process is killed.
   */
  timeout?: number;
  /**
   * Answer when it runs or has failed; otherwise when accepted.
   */
  wait?: boolean;
}

/**
 * After which ends of its own a server is restarted.
 */
export type RestartPolicy = "never" | "on-failure" | "always";

/**
 * When a server is restarted automatically.
 */
export interface RestartRules {
  /**
   * After which ends of its own: none, those with an error, or all.
   */
  policy: RestartPolicy;
  /**
   * It is given up rather than restarted more often in `window` seconds.
   */
  max: number;
  /**
   * The seconds in which `max` counts.
   */
  window: number;
  /**
   * The first delay in seconds, the factor for each further one, and the longest delay.
   */
  backoff: [number, number, number];
}

/**
 * When the server is restarted automatically, how often at most, and after which delays.
 */
export interface RestartSpec {
  /**
   * After which ends of its own it is restarted: none, those with an error, or all.
   */
  policy?: RestartPolicy;
  /**
   * Give up rather than restart more often in `window` seconds.
   */
  max?: number;
  /**
   * The seconds in which `max` counts; a run of this length starts afresh.
   */
  window?: number;
  /**
   * The first delay in seconds, the factor by which each further one is longer, and the longest; varied by 10 % at random.
   */
  backoff?: [number, number, number];
}

/**
 * One HTTP request to a server.
 */
export interface SendRequestParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * What is to be done with what is at the path.
   */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /**
   * The path, with its query: `/items?limit=10`; never another host.
   */
  path: string;
  /**
   * Headers of the request. `Host`, `Connection`, `Content-Length` and `Transfer-Encoding` are set by the sidecar.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * Its body, sent as UTF-8; at most 1 MiB.
   */
  body?: string;
  /**
   * Seconds that the whole exchange may take.
   */
  timeout?: number;
}

/**
 * What a server answered to a request.
 */
export interface SendRequestResult {
  /**
   * The status code.
   */
  status: number;
  /**
   * The words after it, such as `Not Found`; may be empty.
   */
  reason: string;
  /**
   * The headers by name; repeated ones joined by a comma and space.
   */
  headers: {
    [k: string]: string;
  };
  /**
   * The body: its text, or base64 with `encoding`; at most 1 MiB of it.
   */
  body: string;
  /**
   * How `body` is written, if it is no text.
   */
  encoding?: "base64";
  /**
   * The body was longer; the rest was not read.
   */
  truncated?: true;
  /**
   * From the connection to the end of the answer.
   */
  durationSeconds: number;
}

/**
 * What changes of a server's settings; all that is not named stays as it is.
 */
export interface ServerChanges {
  /**
   * An ASGI app as `module:attribute`, run by uvicorn in `python`.
   */
  app?: string;
  /**
   * Any program and its arguments; `{port}`, `{host}` and `{fd}` in them are filled in.
   */
  command?: string[];
  /**
   * The interpreter that runs `app`; by default the sidecar's own.
   */
  python?: string;
  /**
   * The server's working directory.
   */
  cwd?: string;
  /**
   * The address that the server listens on.
   */
  host?: string;
  /**
   * The port that the server listens on; 0: any free one.
   */
  port?: number;
  /**
   * What to do when the port is taken: fail, or take the next free one.
   */
  portConflict?: PortConflict;
  /**
   * Environment variables on top of the inherited; placeholders are filled in as in `command`.
   */
  env?: {
    [k: string]: string | null;
  };
  /**
   * Whether the server starts together with the sidecar.
   */
  autostart?: boolean;
  /**
   * Whether the server is given the listening socket, and how it is replaced; by default "socket" for `app` and for a `command` with `{fd}`, else "none".
   */
  handoff?: Handoff;
  /**
   * Further arguments for uvicorn; only with `app`.
   */
  args?: string[];
  /**
   * For development: restart it when a file below `watch` changes.
   */
  reload?: boolean;
  /**
   * The folders and files that `reload` watches; by default `cwd`.
   */
  watch?: string[];
  /**
   * The encoding of the server's output.
   */
  encoding?: string;
  /**
   * When the server counts as running; by default once it answers.
   */
  ready?: ReadyChanges;
  /**
   * What it is asked while it runs; by default nothing.
   */
  health?: HealthChanges;
  /**
   * How it is stopped.
   */
  stop?: StopChanges;
  /**
   * When it is restarted automatically; by default never.
   */
  restart?: RestartChanges;
  /**
   * What is kept of its output.
   */
  logs?: LogsChanges;
}

/**
 * Whether a command was done, and if not, why.
 */
export interface ServerControlResponse {
  /**
   * Whether it was done.
   */
  success: boolean;
  /**
   * What happened, in a sentence for people.
   */
  message: string;
  /**
   * The server afterwards.
   */
  status?: ServerStatus;
  /**
   * Why not; there exactly when `success` is false.
   */
  error?: ControlError;
}

/**
 * The sidecar itself.
 */
export interface ServerInfo {
  /**
   * The program's name.
   */
  name: string;
  /**
   * Its version.
   */
  version: string;
  /**
   * Its process id.
   */
  pid: number;
  /**
   * The version of Python that runs it.
   */
  python: string;
  /**
   * The platform, as Python's `sys.platform` names it.
   */
  platform: string;
}

/**
 * Who runs a server.
 */
export type ServerKind = "local" | "supervisor";

/**
 * What the whole process tree of a server uses.
 */
export interface ServerMetrics {
  /**
   * The server's name.
   */
  name: string;
  /**
   * When it was measured.
   */
  time: string;
  /**
   * CPU since the sample before, in percent of one core.
   */
  cpuPercent: number;
  /**
   * Resident memory, in bytes.
   */
  rssBytes: number;
  /**
   * How many processes it has; 0 when it does not run.
   */
  processes: number;
  /**
   * How many threads they have.
   */
  threads: number;
  /**
   * How many files, sockets and pipes are open, where it can be told.
   */
  openFiles?: number;
  /**
   * Seconds since it became ready; only while it is running.
   */
  uptime?: number;
}

/**
 * One server: what to run, where and how; exactly one of `app` and `command` is given.
 */
export interface ServerSpec {
  /**
   * An ASGI app as `module:attribute`, run by uvicorn in `python`.
   */
  app?: string;
  /**
   * Any program and its arguments; `{port}`, `{host}` and `{fd}` in them are filled in.
   */
  command?: string[];
  /**
   * The interpreter that runs `app`; by default the sidecar's own.
   */
  python?: string;
  /**
   * The server's working directory.
   */
  cwd?: string;
  /**
   * The address that the server listens on.
   */
  host?: string;
  /**
   * The port that the server listens on; 0: any free one.
   */
  port?: number;
  /**
   * What to do when the port is taken: fail, or take the next free one.
   */
  portConflict?: PortConflict;
  /**
   * Environment variables on top of the inherited; placeholders are filled in as in `command`.
   */
  env?: {
    [k: string]: string;
  };
  /**
   * Whether the server starts together with the sidecar.
   */
  autostart?: boolean;
  /**
   * Whether the server is given the listening socket, and how it is replaced; by default "socket" for `app` and for a `command` with `{fd}`, else "none".
   */
  handoff?: Handoff;
  /**
   * Further arguments for uvicorn; only with `app`.
   */
  args?: string[];
  /**
   * For development: restart it when a file below `watch` changes.
   */
  reload?: boolean;
  /**
   * The folders and files that `reload` watches; by default `cwd`.
   */
  watch?: string[];
  /**
   * The encoding of the server's output.
   */
  encoding?: string;
  /**
   * When the server counts as running; by default once it answers.
   */
  ready?: ReadySpec;
  /**
   * What it is asked while it runs; by default nothing.
   */
  health?: HealthSpec;
  /**
   * How it is stopped.
   */
  stop?: StopSpec;
  /**
   * When it is restarted automatically; by default never.
   */
  restart?: RestartSpec;
  /**
   * What is kept of its output.
   */
  logs?: LogsSpec;
}

/**
 * A server at one moment.
 */
export interface ServerStatus {
  /**
   * The server's name.
   */
  name: string;
  /**
   * `local`: a process of this sidecar; `supervisor`: a program of supervisord.
   */
  kind: ServerKind;
  /**
   * Where it is in its life.
   */
  status: Status;
  /**
   * The process id of the main process, while there is one.
   */
  pid?: number;
  /**
   * The port in use, or the one that the next start will try; 0: none yet.
   */
  port: number;
  /**
   * The address that it listens on.
   */
  host: string;
  /**
   * Where a client on this machine reaches it.
   */
  url?: string;
  /**
   * Seconds since it became ready; only while it is running.
   */
  uptime?: number;
  /**
   * The last failure, in a sentence that a user can act on.
   */
  lastError?: string;
  /**
   * Automatic restarts since the last start by a client.
   */
  restarts: number;
  /**
   * When it is restarted automatically, while it waits for that.
   */
  retryAt?: string;
  /**
   * What its health check says, if it has one.
   */
  health?: Health;
  /**
   * The exit code of the last process, if it ended by itself.
   */
  exitCode?: number;
  /**
   * The signal that ended the last process, by name: `SIGKILL`.
   */
  signal?: string;
  /**
   * Where registry, heartbeat and supervisord disagree; empty when all agree.
   */
  conditions: Condition[];
  /**
   * When a server of the registry last gave a sign of life.
   */
  lastHeartbeat?: string;
  /**
   * Who runs it; only with kind `supervisor`.
   */
  supervisor?: SupervisorProgram;
  /**
   * Its newest lines, oldest first.
   */
  logs: string[];
}

/**
 * What the next start of a server goes by, as far as a panel shows and changes it.
 */
export interface Settings {
  /**
   * The server's name.
   */
  name: string;
  /**
   * The port that it will take; 0: any free one, or none.
   */
  port: number;
  /**
   * The address that it will listen on.
   */
  host: string;
  /**
   * What is done when the port is taken.
   */
  portConflict: PortConflict;
  /**
   * Whether it starts together with the sidecar.
   */
  autostart: boolean;
  /**
   * When it is restarted automatically.
   */
  restart: RestartRules;
}

/**
 * Which server to start, and whether to wait for it.
 */
export interface StartParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * Answer when it runs or has failed; otherwise when accepted.
   */
  wait?: boolean;
}

/**
 * What clients see; Supervisor's words in lower case where both have one.
 */
export type Status = "starting" | "running" | "stopping" | "stopped" | "error";

/**
 * A server at one moment, without its lines: they travel as `python-log`.
 */
export interface StatusParams {
  /**
   * The server's name.
   */
  name: string;
  /**
   * `local`: a process of this sidecar; `supervisor`: a program of supervisord.
   */
  kind: ServerKind;
  /**
   * Where it is in its life.
   */
  status: Status;
  /**
   * The process id of the main process, while there is one.
   */
  pid?: number;
  /**
   * The port in use, or the one that the next start will try; 0: none yet.
   */
  port: number;
  /**
   * The address that it listens on.
   */
  host: string;
  /**
   * Where a client on this machine reaches it.
   */
  url?: string;
  /**
   * Seconds since it became ready; only while it is running.
   */
  uptime?: number;
  /**
   * The last failure, in a sentence that a user can act on.
   */
  lastError?: string;
  /**
   * Automatic restarts since the last start by a client.
   */
  restarts: number;
  /**
   * When it is restarted automatically, while it waits for that.
   */
  retryAt?: string;
  /**
   * What its health check says, if it has one.
   */
  health?: Health;
  /**
   * The exit code of the last process, if it ended by itself.
   */
  exitCode?: number;
  /**
   * The signal that ended the last process, by name: `SIGKILL`.
   */
  signal?: string;
  /**
   * Where registry, heartbeat and supervisord disagree; empty when all agree.
   */
  conditions: Condition[];
  /**
   * When a server of the registry last gave a sign of life.
   */
  lastHeartbeat?: string;
  /**
   * Who runs it; only with kind `supervisor`.
   */
  supervisor?: SupervisorProgram;
}

/**
 * What changes of `stop`.
 */
export interface StopChanges {
  /**
   * Seconds the server has to end by itself; then its whole tree is killed.
   */
  timeout?: number;
}

/**
 * Which server to stop, and how.
 */
export interface StopParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * Kill at once instead of asking it to end.
   */
  force?: boolean;
  /**
   * Seconds until it is killed; by default `stop.timeout`.
   */
  timeout?: number;
}

/**
 * How the server is stopped.
 */
export interface StopSpec {
  /**
   * Seconds the server has to end by itself; then its whole tree is killed.
   */
  timeout?: number;
}

/**
 * The main process ended, and nothing of its tree is left.
 */
export interface StoppedParams {
  /**
   * The server's name.
   */
  name: string;
  /**
   * The exit code, or null when a signal ended it.
   */
  code: number | null;
  /**
   * The signal that ended it, by name: `SIGKILL`.
   */
  signal?: string;
  /**
   * Whether it was told to end.
   */
  expected: boolean;
}

/**
 * Where a server wrote something.
 */
export type Stream = "stdout" | "stderr";

/**
 * Where a server of kind `supervisor` is run.
 */
export interface SupervisorProgram {
  /**
   * The host whose supervisord runs it.
   */
  host: string;
  /**
   * The port of that supervisord.
   */
  port: number;
  /**
   * The program's name there, `group:name` for a grouped one.
   */
  program: string;
}

/**
 * What the server said last.
 */
export interface TailData {
  /**
   * The server's last lines, oldest first.
   */
  tail?: string[];
}

/**
 * The name of a notification.
 */
export type Topic =
  | "python-server-status"
  | "python-log"
  | "python-server-ready"
  | "python-server-stopped"
  | "python-server-metrics"
  | "python-server-alert";

/**
 * Which settings to change.
 */
export interface UpdateServerParams {
  /**
   * The server; may be left out if it is clear which.
   */
  name?: string;
  /**
   * Settings in camelCase. Tables are merged key by key; in `env` a null removes a variable. Not written to any file.
   */
  changes: ServerChanges;
}

/**
 * Whether the settings were changed, and from when on they hold.
 */
export interface UpdateServerResponse {
  /**
   * Whether it was done.
   */
  success: boolean;
  /**
   * What happened, in a sentence for people.
   */
  message: string;
  /**
   * The server afterwards.
   */
  status?: ServerStatus;
  /**
   * Why not; there exactly when `success` is false.
   */
  error?: ControlError;
  /**
   * Whether a running process needs a restart to have them.
   */
  restartRequired: boolean;
}

/** What each method takes and answers. */
export interface Methods {
  /** Says who the client is, adds or replaces servers, and picks notifications. Optional, and may be repeated. */
  initialize: { params: InitializeParams; result: InitializeResult };
  /** Starts a server and answers once it is ready or has failed. One that runs already is a success; starts that meet join one operation. */
  start: { params: StartParams; result: ServerControlResponse };
  /** Stops a server and answers once nothing of its process tree is left. It cancels a start; one that is stopped already is a success; with `force` it cuts a stop short. */
  stop: { params: StopParams; result: ServerControlResponse };
  /** Stops a server and starts it again, or starts one that does not run. Restarts that meet join one operation. */
  restart: { params: RestartParams; result: ServerControlResponse };
  /** Tells a server's status, with its newest lines. */
  get_status: { params: NameParams; result: ServerStatus };
  /** Tells the status of every server, each with `logs: []`. */
  list_servers: { params: NoParams; result: ServerStatus[] };
  /** Reads lines that are still held: those after `after`, or without it the newest. */
  get_logs: { params: GetLogsParams; result: LogPage };
  /** Forgets the lines held; their numbers are not used again. */
  clear_logs: { params: NameParams; result: ClearLogsResult };
  /** Changes settings of a server until the sidecar ends; no file is written. */
  update_server: { params: UpdateServerParams; result: UpdateServerResponse };
  /** Tells what the next start of a server goes by, as far as every client may change it with `update_server`. */
  get_settings: { params: NameParams; result: Settings };
  /** Measures what the whole process tree of a server uses. */
  get_metrics: { params: NameParams; result: ServerMetrics };
  /** Sends one HTTP request to a running server, at the address where it listens and nowhere else, and tells the answer, whatever its status. Redirects are not followed. */
  send_request: { params: SendRequestParams; result: SendRequestResult };
  /** Stops every server with its full grace and answers; then the sidecar exits with code 0. */
  shutdown: { params: NoParams; result: null };
  /** Tells all this as an OpenRPC document. */
  "rpc.discover": { params: NoParams; result: OpenRpcDocument };
}

/** What each notification carries. */
export interface Notifications {
  /** A server's status changed; `starting` comes within 100 ms of the request. */
  "python-server-status": StatusParams;
  /** A server wrote something. */
  "python-log": LogParams;
  /** A server is ready to be used. */
  "python-server-ready": ReadyParams;
  /** A server's process ended, that of a failed start too. */
  "python-server-stopped": StoppedParams;
  /** What each running server uses, every 2 s; only for clients that ask for the topic. */
  "python-server-metrics": ServerMetrics;
  /** Something a person should look at. */
  "python-server-alert": AlertParams;
}

/** What comes along with each code of a failure, in `ControlError.data`. */
export interface FailureData {
  /** Another program listens on the port. */
  PORT_IN_USE: PortInUseData;
  /** There is no such program or folder, or the program cannot be executed. */
  SPAWN_FAILED: Record<string, unknown>;
  /** The process ended before it was ready; the message names the cause where it can be told. */
  EXITED_EARLY: ExitedEarlyData;
  /** The readiness check did not pass within `ready.timeout`; the process tree was ended. */
  READY_TIMEOUT: TailData;
  /** Something of the server survived even being killed. */
  STOP_TIMEOUT: Record<string, unknown>;
  /** A stop came while the server was starting. */
  CANCELLED: Record<string, unknown>;
  /** The host that runs the server does not answer. */
  REMOTE_UNREACHABLE: Record<string, unknown>;
  /** The host that runs the server refused; `data.fault`. */
  REMOTE_FAULT: Record<string, unknown>;
  /** This kind of server, or this platform, cannot do that. */
  NOT_SUPPORTED: Record<string, unknown>;
}
