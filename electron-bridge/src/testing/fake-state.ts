/**
 * What is told of one fake server: its status, its lines, its end. Sees to it that every status is one
 * that a sidecar could tell; knows nothing of commands and when they are allowed.
 */
import type {
  AlertKind,
  Notifications,
  ServerControlResponse,
  ServerStatus,
  StatusParams,
} from "../shared/generated/protocol.js";
import type { Failure } from "./failures.js";
import { FakeLog } from "./fake-log.js";
import { startLines } from "./output.js";
import type { FakeLine, FakeServerScript } from "./script.js";

/** Takes a notification. */
export type Emit = <T extends keyof Notifications>(topic: T, params: Notifications[T]) => void;

/** Changes of a status; `undefined` takes a value away. */
export type StatusPatch = { [K in keyof Omit<StatusParams, "name">]?: StatusParams[K] | undefined };

/** How a process ended: by itself with a code, or by a signal. */
export interface FakeExit {
  code?: number;
  signal?: string;
}

/** The pid of the fake process made last, in the whole program: no two have the same. */
let lastPid = 4710;

/** Holds the state of a server and tells every change of it. */
export class FakeState {
  readonly log: FakeLog;
  #now: StatusParams;
  #readyAt = 0;
  #untold = 0;

  constructor(
    readonly name: string,
    private readonly script: FakeServerScript,
    private readonly emit: Emit,
  ) {
    const { port = 0, host = "127.0.0.1", status, keptLines = 10_000 } = script;
    this.log = new FakeLog(name, keptLines);
    this.#now = {
      name,
      kind: "local",
      status: "stopped",
      port,
      host,
      restarts: 0,
      conditions: [],
      ...status,
    };
    this.#adapt({});
    if (script.running) {
      this.#patch({ status: "running" });
      this.log.append(startLines(script, this.#now.pid ?? 0, this.#now.url));
    }
  }

  get now(): Readonly<StatusParams> {
    return this.#now;
  }

  /** As it travels in a notification. */
  params(): StatusParams {
    const { status } = this.#now;
    return status === "running" ? { ...this.#now, uptime: this.uptime() } : { ...this.#now };
  }

  /** With the newest lines. */
  status(): ServerStatus {
    return { ...this.params(), logs: this.log.newest() };
  }

  /** Seconds since it became ready. */
  uptime(): number {
    return Math.round(performance.now() - this.#readyAt) / 1000;
  }

  /** Changes the status and tells it. A running server is given a pid, one that ended loses it. */
  change(patch: StatusPatch): void {
    this.#patch(patch);
    this.emit("python-server-status", this.params());
  }

  /** Its address changes, for the next status that is told. */
  place(host: string, port: number): void {
    this.#patch({ host, port });
  }

  /** A process is there: it has a pid, and prints. */
  launched(): void {
    this.#patch({ pid: ++lastPid, exitCode: undefined, signal: undefined });
    this.print(startLines(this.script, lastPid, this.#now.url));
  }

  /** It runs from now on. */
  ready(): void {
    this.change({ status: "running", lastError: undefined });
    const { name, pid = 0, port, url } = this.#now;
    this.emit("python-server-ready", { name, pid, port, ...(url && { url }) });
  }

  /** Its process is gone; the status that follows is told separately. */
  ended({ code, signal }: FakeExit, expected: boolean): void {
    const { name } = this;
    this.#patch({ pid: undefined, exitCode: signal ? undefined : (code ?? 0), signal });
    const how = signal ? { code: null, signal } : { code: code ?? 0 };
    this.emit("python-server-stopped", { name, ...how, expected });
  }

  /** Something a person should look at. */
  alert(kind: AlertKind, message: string): void {
    this.emit("python-server-alert", { name: this.name, kind, message, time: new Date().toISOString() });
  }

  /** The server writes lines. */
  print(lines: readonly FakeLine[]): void {
    for (const batch of this.log.append(lines)) {
      if (this.#untold > 0) batch.dropped = this.#untold;
      this.#untold = 0;
      this.emit("python-log", batch);
    }
  }

  /** The server writes lines that are kept but not told: the next `python-log` counts them as dropped. */
  printUntold(lines: readonly FakeLine[]): void {
    for (const batch of this.log.append(lines)) this.#untold += batch.count;
  }

  /** A command was done. */
  done(message: string): ServerControlResponse {
    return { success: true, message, status: this.status() };
  }

  /** A command failed. */
  refused({ message, error }: Failure): ServerControlResponse {
    return { success: false, message, status: this.status(), error };
  }

  /** Where the server is to be found, to go on a sentence. */
  get whereabouts(): string {
    const { url, pid } = this.#now;
    return `${url ? ` on ${url}` : ""} (pid ${pid})`;
  }

  #patch(patch: StatusPatch): void {
    const before = this.#now.status;
    const next: Record<string, unknown> = { ...this.#now, ...patch };
    const { status } = next;
    if (status === "running") {
      next.pid ??= ++lastPid;
      if (before !== "running" || patch.uptime !== undefined) {
        this.#readyAt = performance.now() - (patch.uptime ?? 0) * 1000;
      }
    } else if (status !== "starting" && status !== "stopping" && patch.pid === undefined) {
      delete next.pid;
    }
    delete next.uptime;
    for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key];
    this.#now = next as unknown as StatusParams;
    this.#adapt(patch);
  }

  /** The URL goes with the address. */
  #adapt(patch: StatusPatch): void {
    if (patch.url !== undefined) return;
    const { host, port } = this.#now;
    if (port === 0) delete this.#now.url;
    else
      this.#now.url = `http://${host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`;
  }
}
