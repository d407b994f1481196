import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakePythonServer } from "../../../src/testing/fake-api.js";
import { answeredLate, endWithTheTest, fakeSidecar, storeOver } from "./fakes.js";
import { numbers, randomFrom, textOf } from "./printed-log.js";
import { textsOf, until, untilLog } from "./until.js";

endWithTheTest();
afterEach(() => void vi.useRealTimers());

const asked = (sidecar: FakePythonServer, method: string) =>
  sidecar.calls.filter((call) => call.method === method).length;

describe("a page that opens", () => {
  it("learns the servers, the sidecar and the lines that are still held", async () => {
    const sidecar = fakeSidecar({ servers: { api: { running: true, port: 8121 }, worker: {} } });
    sidecar.emitLog("hello", "api");
    const store = storeOver(sidecar);
    const { servers, sidecar: told } = await until(store, (state) => state.hydrated);
    expect(Object.keys(servers)).toEqual(["api", "worker"]);
    expect(servers.api).toMatchObject({ status: "running", port: 8121 });
    expect(servers.api).not.toHaveProperty("logs");
    expect(told.status).toBe("running");
    await untilLog(store, "api", (texts) => texts.at(-1) === "hello");
  });

  it("learns lines that are older than the first page too, as many as it keeps", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} } });
    sidecar.emitLog(numbers(1, 3500).map(textOf), "api");
    const everything = await untilLog(storeOver(sidecar), "api", (texts) => texts.length === 3500);
    expect(everything).toEqual(numbers(1, 3500).map(textOf));
    const little = await untilLog(
      storeOver(sidecar, { logs: { lines: 2000 } }),
      "api",
      (texts) => texts.length === 2000,
    );
    expect(little[0]).toBe(textOf(1501));
  });

  it("waits for a sidecar that is starting", async () => {
    const sidecar = fakeSidecar({ sidecar: { status: "starting" } });
    const store = storeOver(sidecar);
    await vi.waitFor(() => expect(asked(sidecar, "getSidecarStatus")).toBe(1));
    expect(asked(sidecar, "list")).toBe(0);
    sidecar.setSidecarStatus({ status: "running", pid: 1 });
    await until(store, (state) => state.hydrated);
    expect(asked(sidecar, "list")).toBe(1);
  });

  it("knows what was told before the list, which is older", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} } });
    const { api: late, answer } = answeredLate(sidecar, "list");
    const store = storeOver(late);
    await vi.waitFor(() => expect(asked(sidecar, "list")).toBe(1));
    sidecar.addServer("added");
    sidecar.setStatus("api", { status: "running", pid: 77 });
    sidecar.setStatus("added", { status: "starting" });
    answer();
    const { servers } = await until(store, (state) => state.hydrated);
    expect(servers.api).toMatchObject({ status: "running", pid: 77 });
    expect(servers.added?.status).toBe("starting");
  });

  it("misses and doubles no line, whenever the page of lines is answered", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomFrom(seed);
      const sidecar = fakeSidecar({ servers: { api: {} } });
      let printed = 0;
      const print = () => {
        const from = printed + 1;
        printed += 1 + random(40);
        sidecar.emitLog(numbers(from, printed).map(textOf), "api");
      };
      for (let batches = random(4); batches > 0; batches--) print();
      const { api: late, answer } = answeredLate(sidecar, "getLogs");
      const store = storeOver(late);
      for (let batches = random(4); batches > 0; batches--) print();
      await vi.waitFor(() => expect(asked(sidecar, "getLogs")).toBe(1));
      for (let batches = random(4); batches > 0; batches--) print();
      answer();
      for (let batches = random(4); batches > 0; batches--) print();
      const texts = await untilLog(store, "api", (held) => held.length >= printed);
      expect(texts, `seed ${seed}`).toEqual(numbers(1, printed).map(textOf));
    }
  });

  it("does not bring back lines that were cleared while it read them", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} } });
    sidecar.emitLog(["old", "older"], "api");
    const { api: late, answer } = answeredLate(sidecar, "getLogs");
    const store = storeOver(late);
    await vi.waitFor(() => expect(asked(sidecar, "getLogs")).toBe(1));
    sidecar.emitLog("newest", "api");
    await store.getState().actions.clearLogs("api");
    answer();
    sidecar.emitLog("after", "api");
    expect(await untilLog(store, "api", (texts) => texts.includes("after"))).toEqual(["after"]);
  });
});

describe("a page that could not read the servers", () => {
  it("says why, tries again with growing pauses, and says nothing more when it has them", async () => {
    vi.useFakeTimers();
    const sidecar = fakeSidecar();
    for (const message of ["pipe full", "still full"]) sidecar.failNext("list", { code: -32603, message });
    const store = storeOver(sidecar);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getState().sidecar.message).toContain("pipe full");
    expect(store.getState().lastMessage).toContain("pipe full");
    await vi.advanceTimersByTimeAsync(500);
    expect(store.getState().sidecar.message).toContain("still full");
    await vi.advanceTimersByTimeAsync(999);
    expect(asked(sidecar, "list")).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(store.getState()).toMatchObject({ hydrated: true, sidecar: { status: "running" } });
    expect(store.getState().sidecar.message).toBeUndefined();
    expect(store.getState().lastMessage).toBeUndefined();
  });

  it("does not wait for ever for an answer that never comes", async () => {
    vi.useFakeTimers();
    const sidecar = fakeSidecar();
    sidecar.holdNext("list");
    const store = storeOver(sidecar);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(store.getState().hydrated).toBe(true);
  });

  it("asks no more once the sidecar has failed", async () => {
    vi.useFakeTimers();
    const sidecar = fakeSidecar();
    sidecar.failNext("list", { code: -32603 });
    const store = storeOver(sidecar);
    await vi.advanceTimersByTimeAsync(0);
    sidecar.setSidecarStatus({ status: "failed", message: "The sidecar ended five times." });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked(sidecar, "list")).toBe(1);
    expect(store.getState().sidecar.message).toBe("The sidecar ended five times.");
  });

  it("does without the lines of a server that gives none", async () => {
    vi.useFakeTimers();
    const sidecar = fakeSidecar({ servers: { api: {} } });
    sidecar.failNext("getLogs", { code: -32004, message: "not supported" });
    const store = storeOver(sidecar);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.getState().hydrated).toBe(true);
    expect([asked(sidecar, "list"), store.getState().sidecar.message]).toEqual([1, undefined]);
  });

  it("hydrates over an api that cannot tell the state of the sidecar", async () => {
    const sidecar = fakeSidecar();
    sidecar.failNext("getSidecarStatus", { code: -32601 });
    const store = storeOver(sidecar);
    const state = await until(store, ({ hydrated }) => hydrated);
    expect(state.sidecar.status).toBe("running");
  });
});

describe("a page whose sidecar was restarted", () => {
  it("reads everything anew and numbers lines anew, those told before it was told of too", async () => {
    const first = fakeSidecar({ servers: { api: {}, gone: {} }, sidecar: { status: "running", pid: 1 } });
    first.emitLog(numbers(1, 50).map(textOf), "api");
    const second = fakeSidecar({ servers: { api: {} } });
    let current: FakePythonServer = first;
    const store = storeOver({
      ...first,
      list: () => current.list(),
      getLogs: (query) => current.getLogs(query),
    });
    await untilLog(store, "api", (texts) => texts.length === 50);
    const ring = store.getState().logs.api;
    first.setSidecarStatus({ status: "restarting", message: "it was killed" });
    expect(textsOf(store, "api")).toHaveLength(50);
    current = second;
    second.onLogBatch((batch) => first.emit("python-log", batch));
    second.emitLog(["new 1", "new 2"], "api");
    expect(textsOf(store, "api")).toHaveLength(50);
    first.setSidecarStatus({ status: "running", pid: 2 });
    expect(textsOf(store, "api")).toEqual(["new 1", "new 2"]);
    expect(store.getState().logs.api).not.toBe(ring);
    await until(store, ({ servers }) => servers.gone === undefined);
    expect(store.getState().logs.gone).toBeUndefined();
    second.emitLog("new 3", "api");
    expect(textsOf(store, "api")).toEqual(["new 1", "new 2", "new 3"]);
  });

  it("keeps its lines when only the connection was lost, and reads what it missed", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} }, sidecar: { status: "running", pid: 1 } });
    sidecar.emitLog(numbers(1, 5).map(textOf), "api");
    const store = storeOver(sidecar);
    await untilLog(store, "api", (texts) => texts.length === 5);
    sidecar.setSidecarStatus({ status: "restarting" });
    sidecar.dropLog(numbers(6, 9).map(textOf), "api");
    sidecar.setSidecarStatus({ status: "running", pid: 1 });
    expect(await untilLog(store, "api", (texts) => texts.length === 9)).toEqual(numbers(1, 9).map(textOf));
  });

  it("reads nothing twice when the same state is told twice", async () => {
    const sidecar = fakeSidecar({ sidecar: { status: "running", pid: 1 } });
    const store = storeOver(sidecar);
    await until(store, (state) => state.hydrated);
    sidecar.setSidecarStatus({ status: "running", pid: 1 });
    await store.getState().actions.refreshStatus("default");
    expect(asked(sidecar, "list")).toBe(1);
  });
});
