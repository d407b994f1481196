/** The fake of `window.pythonServer` behaves as the protocol has it, and as a test scripts it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LogParams, StatusParams } from "../../src/shared/generated/protocol.js";
import type { FakePythonServer, FakePythonServerOptions } from "../../src/testing/fake-api.js";
import { createFakePythonServer } from "../../src/testing/fake-api.js";
import type { FakeServerScript } from "../../src/testing/script.js";
import { expectNotification, expectResult } from "../support/protocol-schema.js";

const made: FakePythonServer[] = [];

/** A fake whose every notification is held against the schema and noted, as `topic status?`. */
function fake(options?: FakePythonServerOptions) {
  const api = createFakePythonServer(options);
  made.push(api);
  const told: string[] = [];
  const note = (topic: string) => (params: object) => {
    expectNotification(topic, params);
    told.push("status" in params ? `${topic} ${params.status}` : topic);
  };
  api.onStatusChange(note("python-server-status"));
  api.onLogBatch(note("python-log"));
  api.onReady(note("python-server-ready"));
  api.onStopped(note("python-server-stopped"));
  api.onMetrics(note("python-server-metrics"));
  api.onAlert(note("python-server-alert"));
  return { api, told };
}

afterEach(() => {
  for (const api of made.splice(0)) api.dispose();
  vi.useRealTimers();
});

describe("a fake server that works", () => {
  it("tells starting, lines, running and ready, then answers", async () => {
    const { api, told } = fake();
    const answer = await api.start();
    expectResult("start", answer);
    expect(answer).toMatchObject({ success: true, status: { status: "running", port: 8121 } });
    expect(told).toEqual([
      "python-server-status starting",
      "python-log",
      "python-server-status running",
      "python-server-ready",
    ]);
  });

  it("answers every question as the schema has it", async () => {
    const { api } = fake({ servers: { api: { running: true }, worker: {} } });
    expectResult("list_servers", await api.list());
    expectResult("get_status", await api.getStatus("api"));
    expectResult("get_logs", await api.getLogs({ name: "api" }));
    expectResult("get_metrics", await api.getMetrics("api"));
    expectResult("get_metrics", await api.getMetrics("worker"));
    expectResult("get_settings", await api.getSettings("api"));
    expectResult("clear_logs", await api.clearLogs("api"));
    expectResult("send_request", await api.sendRequest({ name: "api", path: "/" }));
    expectResult("update_server", await api.updateServer({ name: "api", changes: { port: 9000 } }));
  });

  it("joins starts that meet, and says so of one that runs already", async () => {
    const { api, told } = fake();
    const [first, second] = await Promise.all([api.start(), api.start()]);
    expect(second).toEqual(first);
    expect(told.filter((one) => one.endsWith("starting"))).toHaveLength(1);
    expect((await api.start()).message).toContain("already running");
  });

  it("cancels a start when it is stopped meanwhile", async () => {
    const { api } = fake({ servers: { api: { startSeconds: 3600 } } });
    const start = api.start();
    const stop = await api.stop();
    expect(stop).toMatchObject({ success: true, status: { status: "stopped" } });
    const answer = await start;
    expectResult("start", answer);
    expect(answer).toMatchObject({
      success: false,
      error: { code: "CANCELLED" },
      status: { status: "stopped" },
    });
  });

  it("is killed when a stop is forced while it is stopping", async () => {
    const { api } = fake({ servers: { api: { running: true, stopSeconds: 3600 } } });
    const stop = api.stop();
    expect((await api.getStatus()).status).toBe("stopping");
    expect((await api.stop({ force: true })).message).toBe("api was killed");
    expect(await stop).toMatchObject({ success: true, status: { status: "stopped", signal: "SIGKILL" } });
  });

  it("stays stopped when it is stopped during a restart", async () => {
    const { api } = fake({ servers: { api: { running: true, stopSeconds: 3600 } } });
    const restart = api.restart();
    const stop = api.stop({ force: true });
    expect(await stop).toMatchObject({ success: true });
    expect(await restart).toMatchObject({ success: false, error: { code: "CANCELLED" } });
    expect((await api.getStatus()).status).toBe("stopped");
  });

  it("has another pid after a restart", async () => {
    const { api } = fake({ servers: { api: { running: true } } });
    const before = (await api.getStatus()).pid;
    const { status } = await api.restart();
    expect(status?.pid).not.toBe(before);
    expect(status?.status).toBe("running");
  });
});

describe("a fake server that fails", () => {
  it.each(["PORT_IN_USE", "SPAWN_FAILED", "EXITED_EARLY", "READY_TIMEOUT"] as const)(
    "answers %s with a hint and is in error",
    async (code) => {
      const { api, told } = fake({ servers: { api: { startFails: code } } });
      const answer = await api.start();
      expectResult("start", answer);
      expect(answer).toMatchObject({ success: false, error: { code }, status: { status: "error" } });
      expect(answer.status?.lastError).toContain(answer.error?.hint ?? "nothing");
      const hadProcess = code === "EXITED_EARLY" || code === "READY_TIMEOUT";
      expect(told.includes("python-server-stopped")).toBe(hadProcess);
      expect((await api.stop()).status?.status).toBe("stopped");
    },
  );

  it("crashes, is started again by its policy, and is given up at the limit", async () => {
    vi.useFakeTimers();
    const script: FakeServerScript = {
      running: true,
      crashesAfterSeconds: 5,
      restart: { policy: "on-failure", max: 2, window: 60, backoff: [1, 2, 30] },
    };
    const { api, told } = fake({ servers: { api: script } });
    await vi.advanceTimersByTimeAsync(5_000);
    const waiting = await api.getStatus();
    expect(waiting).toMatchObject({ status: "starting", restarts: 1, exitCode: 1 });
    expect(waiting.retryAt).toBeDefined();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await api.getStatus()).status).toBe("running");
    await vi.advanceTimersByTimeAsync(5_000 + 2_000 + 5_000);
    expect(await api.getStatus()).toMatchObject({ status: "error", restarts: 2 });
    expect(told).toContain("python-server-alert");
  });
});

describe("its lines", () => {
  it("are numbered on and on, over restarts and over being cleared", async () => {
    const { api } = fake({ servers: { api: { running: true, lines: ["a", "b"] } } });
    await api.restart();
    expect(await api.clearLogs()).toEqual({ cleared: 4 });
    api.emitLog("다음 줄");
    const page = await api.getLogs({ after: 2 });
    expect(page).toMatchObject({ entries: [{ seq: 5, line: "다음 줄" }], next: 5, dropped: 2 });
  });

  it("come in pages that follow each other", async () => {
    const { api } = fake({ servers: { api: { running: true, lines: ["1", "2", "3", "4", "5"] } } });
    const first = await api.getLogs({ after: 0, limit: 3 });
    const second = await api.getLogs({ after: first.next, limit: 3 });
    expect([...first.entries, ...second.entries].map((entry) => entry.line)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
  });

  it("that were not told are counted in the next batch, and are still held", async () => {
    const { api } = fake({ servers: { api: { running: true, lines: [] } } });
    const batches: LogParams[] = [];
    api.onLogBatch((batch) => batches.push(batch));
    api.dropLog(["lost 1", "lost 2"]);
    api.emitLog(["seen", { line: "odd", stream: "stderr" }]);
    expect(batches).toMatchObject([
      { text: "seen", seq: 3, dropped: 2 },
      { text: "odd", stream: "stderr" },
    ]);
    expect((await api.getLogs({ after: 0 })).entries).toHaveLength(4);
  });

  it("reach onLog one by one, and no longer after its unsubscribe", () => {
    const { api } = fake({ servers: { api: { running: true, lines: [] } } });
    const lines: string[] = [];
    const callback = (line: string) => lines.push(line);
    const off = api.onLog(callback);
    const offToo = api.onLog(callback);
    api.emitLog("one\ntwo");
    expect(lines).toEqual(["one", "two", "one", "two"]);
    off();
    off();
    api.emitLog("three");
    offToo();
    api.emitLog("four");
    expect(lines.slice(4)).toEqual(["three"]);
  });
});

describe("what a test says", () => {
  it("is the status, which keeps to what a sidecar could tell", () => {
    const { api } = fake({ servers: { api: {} } });
    const statuses: StatusParams[] = [];
    api.onStatusChange((status) => statuses.push(status));
    api.setStatus("api", { status: "running", uptime: 90 });
    api.setStatus("api", { status: "error", lastError: "the disk is full" });
    expect(statuses[0]).toMatchObject({ status: "running", url: "http://127.0.0.1:8121" });
    expect(statuses[0]?.uptime).toBeGreaterThanOrEqual(90);
    expect(statuses[0]?.pid).toBeDefined();
    expect(statuses[1]).toMatchObject({ status: "error", lastError: "the disk is full" });
    expect(statuses[1]).not.toHaveProperty("pid");
    expect(statuses[1]).not.toHaveProperty("uptime");
  });

  it("fails the next call of a method, and only that", async () => {
    const { api } = fake();
    api.failNext("start", { code: "PORT_IN_USE", message: "taken" });
    api.failNext("getLogs", { code: -32603, message: "it broke", data: { field: "x" } });
    expect(await api.start()).toMatchObject({
      success: false,
      message: "taken",
      error: { code: "PORT_IN_USE" },
    });
    await expect(api.getLogs()).rejects.toMatchObject({
      code: -32603,
      message: "it broke",
      data: { field: "x" },
    });
    expect((await api.start()).success).toBe(true);
    expect((await api.getLogs()).entries.length).toBeGreaterThan(0);
  });

  it("holds an answer back until it is released", async () => {
    const { api, told } = fake();
    const release = api.holdNext("start");
    const start = api.start();
    await Promise.resolve();
    expect(told).toEqual([]);
    release();
    expect((await start).success).toBe(true);
  });

  it("is refused where a page may not do it", async () => {
    const { api } = fake({ servers: { a: {}, b: {} } });
    await expect(api.getStatus()).rejects.toMatchObject({ code: -32602 });
    await expect(api.getStatus("ghost")).rejects.toMatchObject({ code: -32001 });
    await expect(api.updateServer({ name: "a", changes: { env: {} } as never })).rejects.toMatchObject({
      code: -32003,
      data: { field: "changes.env" },
    });
    await expect(api.sendRequest({ name: "a", path: "/" })).rejects.toMatchObject({ code: -32005 });
  });

  it("is the state of the sidecar, metrics and alerts", async () => {
    const { api, told } = fake({ servers: { api: { running: true } } });
    const seen: string[] = [];
    api.onSidecarStatus((sidecar) => seen.push(sidecar.status));
    api.setSidecarStatus({ status: "restarting", message: "it died" });
    expect(await api.getSidecarStatus()).toEqual({ status: "restarting", message: "it died" });
    api.emitMetrics("api", { cpuPercent: 99 });
    api.emitAlert({ name: "api", kind: "unhealthy" });
    expect(seen).toEqual(["restarting"]);
    expect(told).toEqual(["python-server-metrics", "python-server-alert"]);
    expect(api.calls.map((call) => call.method)).toEqual(["getSidecarStatus"]);
  });
});
