/**
 * `window.pythonServer` without any process: a page or a component can be tried and tested on it. It
 * behaves as the real one; a test scripts what happens. Knows no React, no Electron and no DOM.
 */
import type { PythonServerApi, SidecarStatus } from "../shared/api.js";
import type { NotificationChannel, NotificationPayloads } from "../shared/channels.js";
import type { AlertParams, ServerMetrics } from "../shared/generated/protocol.js";
import { Listeners } from "../shared/listeners.js";
import { type ApiRequest, makeApi, REQUESTS } from "../shared/make-api.js";
import { FakeRpcError } from "./failures.js";
import type { FakeServer } from "./fake-server.js";
import { FakeServers } from "./fake-servers.js";
import type { FakeExit, StatusPatch } from "./fake-state.js";
import {
  ALERT_MESSAGES,
  type FakeError,
  type FakeFailure,
  type FakeLine,
  type FakeServerScript,
} from "./script.js";

/** The methods of the API that ask something. */
export type AskingMethod = ApiRequest | "getSidecarStatus";

/** One request that was made. */
export interface FakeCall {
  method: AskingMethod;
  params: object;
}

/** The API, and what a test does with it. Names of servers may be left out where they may be for the API. */
export interface FakePythonServer extends PythonServerApi {
  /** Every request so far, oldest first. */
  readonly calls: readonly FakeCall[];
  /** Adds a server; the list of servers of a page is read anew only when the sidecar is. */
  addServer(name: string, script?: FakeServerScript): void;
  /** The server prints one line or several. */
  emitLog(lines: FakeLine | readonly FakeLine[], name?: string): void;
  /** The server prints lines that are not told: the next batch counts them as dropped, `getLogs` has them. */
  dropLog(lines: readonly FakeLine[], name?: string): void;
  /** Changes the status of a server and tells it; a value of `undefined` is taken away. */
  setStatus(name: string, patch: StatusPatch): void;
  /** The server ends by itself: with code 1, if nothing else is said. */
  crash(name?: string, exit?: FakeExit): void;
  /** Tells what a server uses; what is not given is what `getMetrics` answers. */
  emitMetrics(name?: string, metrics?: Partial<ServerMetrics>): void;
  /** Tells an alert; worded as the sidecar words it, if no message is given. */
  emitAlert(alert: Pick<AlertParams, "name" | "kind"> & Partial<AlertParams>): void;
  /** Changes the state of the sidecar and tells it. */
  setSidecarStatus(status: SidecarStatus): void;
  /** Tells any notification, as it is. */
  emit<T extends NotificationChannel>(topic: T, params: NotificationPayloads[T]): void;
  /**
   * The next call of `method` fails: with a `FakeFailure` (its code is a word) a command is answered with
   * `success: false`, with a `FakeError` (its code is a number) it rejects.
   */
  failNext(method: AskingMethod, failure: FakeFailure | FakeError): void;
  /** The next call of `method` is done and answered only when the returned function is called. */
  holdNext(method: AskingMethod): () => void;
  /** Ends every timer. Nothing more is told. */
  dispose(): void;
}

/** What a fake is made of. */
export interface FakePythonServerOptions {
  /** The servers by name; one called `default`, if left out. */
  servers?: Record<string, FakeServerScript>;
  /** The state of the sidecar at the beginning; running, if left out. */
  sidecar?: SidecarStatus;
}

const FAKE_SIDECAR_PID = 4000;

/** Makes a fake. Everything that is told is told at once, before the call that caused it returns. */
export function createFakePythonServer(options: FakePythonServerOptions = {}): FakePythonServer {
  const listeners = new Listeners<NotificationPayloads>();
  const calls: FakeCall[] = [];
  const failures = new Map<AskingMethod, (FakeFailure | FakeError)[]>();
  const holds = new Map<AskingMethod, Promise<void>[]>();
  let sidecar: SidecarStatus = options.sidecar ?? { status: "running", pid: FAKE_SIDECAR_PID };

  function emit<T extends NotificationChannel>(topic: T, params: NotificationPayloads[T]): void {
    listeners.tell(topic, structuredClone(params));
  }

  const servers = new FakeServers(options.servers ?? { default: {} }, (topic, params) =>
    emit(topic, params as NotificationPayloads[typeof topic]),
  );

  /** What is before every answer: it is noted, and a test may hold it or have it fail. */
  async function admit(method: AskingMethod, params: object): Promise<FakeFailure | undefined> {
    calls.push({ method, params });
    await holds.get(method)?.shift();
    const failure = failures.get(method)?.shift();
    if (typeof failure?.code === "number") throw rpcError(failure as FakeError);
    return failure as FakeFailure | undefined;
  }

  const state = (name?: string): FakeServer["state"] => servers.find(name).state;
  const several = (lines: FakeLine | readonly FakeLine[]): readonly FakeLine[] =>
    Array.isArray(lines) ? lines : [lines as FakeLine];

  const api = makeApi({
    ask: async (method, params = {}) => {
      const failure = await admit(method, params);
      return structuredClone(await servers.call(REQUESTS[method], params, failure));
    },
    getSidecarStatus: async () => {
      await admit("getSidecarStatus", {});
      return { ...sidecar };
    },
    subscribe: (topic, callback) => listeners.add(topic, callback),
  });

  return {
    ...api,
    calls,
    addServer: (name, script = {}) => void servers.add(name, script),
    emitLog: (lines, name) => state(name).print(several(lines)),
    dropLog: (lines, name) => state(name).printUntold(lines),
    setStatus: (name, patch) => servers.find(name).become(patch),
    crash: (name, exit) => servers.find(name).crash(exit),
    emitMetrics: (name, metrics) =>
      emit("python-server-metrics", { ...servers.find(name).metrics(), ...metrics }),
    emitAlert: (alert) => {
      const message = `${alert.name} ${ALERT_MESSAGES[alert.kind]}`;
      emit("python-server-alert", { message, time: new Date().toISOString(), ...alert });
    },
    setSidecarStatus: (status) => {
      sidecar = status;
      emit("python-sidecar-status", status);
    },
    emit,
    failNext: (method, failure) => {
      failures.set(method, [...(failures.get(method) ?? []), failure]);
    },
    holdNext: (method) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      holds.set(method, [...(holds.get(method) ?? []), held]);
      return release;
    },
    dispose: () => {
      servers.dispose();
      listeners.clear();
    },
  };
}

/** An error as the API rejects with: its code and data are properties of it. */
function rpcError({ code, message = `the request failed with the code ${code}`, data }: FakeError): Error {
  return new FakeRpcError(code, message, data);
}
