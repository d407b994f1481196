/** How a fake server and a fake sidecar behave: plain values, which also travel to a process as JSON. */
import type {
  AlertKind,
  ControlError,
  FailureCode,
  Methods,
  SendRequestResult,
  ServerMetrics,
  ServerStatus,
  Settings,
} from "../shared/generated/protocol.js";

/** A method of the protocol, as it is called on the wire. */
export type Method = keyof Methods;

/** A command that is answered with `success: false`. What is left out is worded as the sidecar words it. */
export interface FakeFailure extends Omit<ControlError, "code"> {
  code: FailureCode;
  message?: string;
}

/** A request that is answered with a JSON-RPC error. */
export interface FakeError {
  /** `-32602`, say; the numbers are in `ErrorCode` of the protocol. */
  code: number;
  message?: string;
  data?: Record<string, unknown>;
}

/** What a running fake server answers to one request of `sendRequest`. */
export interface FakeRoute {
  /** 200 if left out. */
  status?: number;
  headers?: Record<string, string>;
  /** Text, or anything else to be written as JSON. */
  body?: unknown;
}

/** A line in a fake server's log: its text on stdout, or more of it. */
export type FakeLine = string | { line: string; stream?: "stdout" | "stderr"; partial?: true };

/** How one fake server behaves. The empty script is a server that works. Times are in seconds. */
export interface FakeServerScript {
  /** 8121, 8122 … in the order of the servers, if left out; 0: the server has none. */
  port?: number;
  host?: string;
  /** Whether it runs from the beginning on; `false` if left out. */
  running?: boolean;
  /** From `starting` to `running`; 0 if left out. A slow start, or with a large number one without an end. */
  startSeconds?: number;
  /** From `stopping` to `stopped`; 0 if left out. `stop {force: true}` cuts it short. */
  stopSeconds?: number;
  /** Every start fails so, after `startSeconds` where a process exists by then. */
  startFails?: FailureCode | FakeFailure;
  /** Every stop fails so. */
  stopFails?: FailureCode | FakeFailure;
  /** It crashes so long after it became ready, each time. What follows is up to `restart`. */
  crashesAfterSeconds?: number;
  /** With which exit code it crashes; 1 if left out. */
  exitCode?: number;
  portConflict?: "fail" | "next";
  autostart?: boolean;
  restart?: Partial<Settings["restart"]>;
  /** What it prints at each start; if left out, what uvicorn prints. */
  lines?: readonly FakeLine[];
  /** It prints so many lines a second while it runs. */
  floodLinesPerSecond?: number;
  /** Its lines hold what the sidecar makes of bytes that are no UTF-8, besides other odd characters. */
  badUtf8?: boolean;
  /** The newest lines that are kept; 10,000 if left out. */
  keptLines?: number;
  /** What it uses while it runs. */
  metrics?: Partial<Pick<ServerMetrics, "cpuPercent" | "rssBytes" | "processes" | "threads" | "openFiles">>;
  /** What it answers, by `"GET /path"`; anything else is a 404. */
  routes?: Record<string, FakeRoute>;
  /** What else its status says; `kind: "supervisor"`, `conditions` and so on. */
  status?: Partial<
    Pick<
      ServerStatus,
      "kind" | "conditions" | "lastHeartbeat" | "supervisor" | "health" | "lastError" | "restarts"
    >
  >;
}

/** How a fake sidecar behaves as a process. The empty script is one that works. Times are in seconds. */
export interface FakeSidecarScript {
  /** Its servers by name. One that `initialize` brings goes by the script of its name here, if there is one. */
  servers?: Record<string, FakeServerScript>;
  /** It never answers these, or anything at all. */
  hangs?: readonly Method[] | "always";
  /** It exits with code 1, without an answer, when it is asked one of these. */
  diesOn?: readonly Method[];
  /** It exits with code 1 so long after its first message, each time it is started: a crash loop. */
  diesAfterSeconds?: number;
  /** It answers these with an error. */
  errors?: Partial<Record<Method, FakeError>>;
  /** It writes messages that are not the protocol's: text that is no JSON, and bytes that are no UTF-8. */
  garbage?: boolean;
  /** It does not exit at the end of its stdin, nor on SIGTERM. */
  staysAlive?: boolean;
}

/** The environment variable in which a script travels to the process of a fake sidecar, as JSON. */
export const SCRIPT_VARIABLE = "FAKE_SIDECAR_SCRIPT";

/** The default of what an alert says. */
export const ALERT_MESSAGES: Record<AlertKind, string> = {
  "heartbeat-timeout": "has not been heard of for 90 s",
  "heartbeat-recovered": "is heard of again",
  unhealthy: "is unhealthy: it failed its health check 3 times in a row",
  "restart-limit": "was restarted 5 times within 60 s and ended again; it is not restarted any more",
  "host-unreachable": "does not answer",
  "host-recovered": "answers again",
};

/** What `sendRequest` is answered with by a route. */
export function answerOf(route: FakeRoute): SendRequestResult {
  const { status = 200, headers = {}, body = "" } = route;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return {
    status,
    reason: REASONS[status] ?? "",
    headers: { "content-type": type, ...headers },
    body: text,
    durationSeconds: 0.004,
  };
}

const REASONS: Record<number, string> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
