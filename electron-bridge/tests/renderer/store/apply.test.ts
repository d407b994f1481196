import { describe, expect, it } from "vitest";
import { ALERTS_KEPT, apply, METRICS_KEPT } from "../../../src/renderer/store/apply.js";
import type { Known } from "../../../src/renderer/store/known.js";
import { LogRing } from "../../../src/renderer/store/log-ring.js";
import type { PanelEvent } from "../../../src/renderer/store/state.js";
import type { StatusParams } from "../../../src/shared/generated/protocol.js";
import { batchOf, numbers, TIME } from "./printed-log.js";

const NOTHING: Known = {
  servers: {},
  logs: {},
  lastMessage: undefined,
  sidecar: { status: "starting" },
  hydrated: false,
  metrics: {},
  pending: {},
  failures: {},
  alerts: [],
  since: {},
  readyAt: {},
};

const applied = (state: Known, event: PanelEvent, now = 0): Known => ({
  ...state,
  ...apply(state, event, { now, newRing: () => new LogRing() }),
});

function server(
  name: string,
  status: StatusParams["status"],
  more: Partial<StatusParams> = {},
): StatusParams {
  return { name, kind: "local", status, port: 8121, host: "127.0.0.1", restarts: 0, conditions: [], ...more };
}

const told = (...given: Parameters<typeof server>): PanelEvent => ({
  type: "status",
  status: server(...given),
});

describe("a status", () => {
  it("adds a server that was not known, with a log of its own", () => {
    const state = applied(NOTHING, told("api", "starting"), 10);
    expect(state.servers.api?.status).toBe("starting");
    expect(state.logs.api).toBeInstanceOf(LogRing);
    expect(state.since).toEqual({ api: 10 });
  });

  it("leaves everything else the same value", () => {
    const before = applied(applied(NOTHING, told("api", "stopped")), told("worker", "stopped"));
    const state = applied(before, told("api", "starting"));
    expect(state.servers.worker).toBe(before.servers.worker);
    expect([state.logs, state.metrics, state.alerts]).toEqual([before.logs, before.metrics, before.alerts]);
    expect(state.logs).toBe(before.logs);
  });

  it("begins when it becomes another one, not with every change of the server", () => {
    const starting = applied(NOTHING, told("api", "starting"), 10);
    expect(applied(starting, told("api", "starting", { pid: 7 }), 20).since).toEqual({ api: 10 });
    expect(applied(starting, told("api", "error"), 20).since).toEqual({ api: 20 });
  });

  it("of a running server tells since when it runs, as steadily as it does", () => {
    const running = applied(NOTHING, told("api", "running", { pid: 7, uptime: 60 }), 100_000);
    expect([running.readyAt.api, running.since.api]).toEqual([40_000, 40_000]);
    const later = applied(
      running,
      told("api", "running", { pid: 7, uptime: 61.2, health: "healthy" }),
      101_000,
    );
    expect(later.readyAt).toBe(running.readyAt);
    const another = applied(later, told("api", "running", { pid: 8, uptime: 0 }), 101_500);
    expect([another.readyAt.api, another.since.api]).toEqual([101_500, 101_500]);
    expect(applied(another, told("api", "stopping"), 102_000).readyAt).toEqual({});
  });

  it("without an uptime runs from when it was told to be ready", () => {
    const running = applied(NOTHING, told("api", "running", { pid: 7 }), 500);
    const ready = applied(running, { type: "ready", ready: { name: "api", pid: 7, port: 8121 } }, 501);
    expect(ready.readyAt).toEqual({ api: 501 });
  });
});

describe("a list", () => {
  it("is the servers there are, in its order; of others nothing stays", () => {
    let state = applied(applied(NOTHING, told("gone", "running", { uptime: 1 })), told("api", "stopped"));
    state = applied(state, { type: "command-sent", name: "gone", command: "stop" });
    state = applied(state, { type: "log", batch: batchOf(1, 2) });
    const ring = state.logs.api;
    state = applied(state, {
      type: "hydrated",
      servers: [server("worker", "stopped"), server("api", "stopped")],
    });
    expect(Object.keys(state.servers)).toEqual(["worker", "api"]);
    expect(Object.keys(state.logs).sort()).toEqual(["api", "worker"]);
    expect(state.logs.api).toBe(ring);
    expect([state.since.gone, state.readyAt.gone, state.pending.gone]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(state.hydrated).toBe(true);
  });
});

describe("a log", () => {
  it("changes its ring in place and nothing in the state", () => {
    const known = applied(NOTHING, told("api", "running"));
    const change = apply(
      known,
      { type: "log", batch: batchOf(1, 3) },
      { now: 0, newRing: () => new LogRing() },
    );
    expect(change).toEqual({});
    expect(known.logs.api?.length).toBe(3);
  });

  it("begins anew in another ring when its numbers do", () => {
    const before = applied(NOTHING, { type: "log", batch: batchOf(1, 3) });
    const state = applied(before, { type: "log-numbers-anew" });
    expect(state.logs.api).not.toBe(before.logs.api);
    expect(state.logs.api?.length).toBe(0);
  });
});

describe("what is kept", () => {
  it("of metrics is five minutes, oldest first", () => {
    let state = NOTHING;
    for (const threads of numbers(1, METRICS_KEPT + 10)) {
      const metrics = { name: "api", time: TIME, cpuPercent: 0, rssBytes: 0, processes: 1, threads };
      state = applied(state, { type: "metrics", metrics });
    }
    expect(state.metrics.api?.map(({ threads }) => threads)).toEqual(numbers(11, METRICS_KEPT + 10));
  });

  it("of alerts is the newest, oldest first, each with an id of its own", () => {
    let state = NOTHING;
    for (const number of numbers(1, ALERTS_KEPT + 10)) {
      const alert = { name: "api", kind: "unhealthy", message: `${number}`, time: TIME } as const;
      state = applied(state, { type: "alert", alert });
    }
    expect(state.alerts.map(({ message }) => Number(message))).toEqual(numbers(11, ALERTS_KEPT + 10));
    expect(new Set(state.alerts.map(({ id }) => id)).size).toBe(ALERTS_KEPT);
  });
});

describe("a failed restart that left the old process running", () => {
  it("stays told though the server runs", () => {
    let state = applied(NOTHING, told("api", "running", { pid: 7, uptime: 5 }));
    state = applied(state, { type: "command-sent", name: "api", command: "restart" });
    for (const status of ["starting", "running"] as const)
      state = applied(state, told("api", status, { pid: 7 }));
    const error = { code: "READY_TIMEOUT" } as const;
    const response = { success: false, message: "the new process was not ready", error };
    state = applied(state, { type: "command-answered", name: "api", command: "restart", response });
    state = applied(state, told("api", "running", { pid: 7, health: "healthy" }));
    expect(state.failures.api).toEqual({ message: "the new process was not ready", error });
  });
});
