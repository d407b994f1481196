import { describe, expect, it } from "vitest";
import type { FakePythonServerOptions } from "../../../src/testing/fake-api.js";
import { answeredLate, endWithTheTest, fakeSidecar, storeOver } from "./fakes.js";
import { numbers, textOf } from "./printed-log.js";
import { nextTask, textsOf, until } from "./until.js";

endWithTheTest();

async function ready(options: FakePythonServerOptions = { servers: { api: {}, worker: {} } }) {
  const sidecar = fakeSidecar(options);
  const store = storeOver(sidecar);
  await until(store, (state) => state.hydrated);
  await nextTask(); // the fake answers at once: by then the page has read the lines as well
  return { sidecar, store, actions: store.getState().actions, state: store.getState };
}

describe("a command", () => {
  it("is pending until it is answered, and its message is the last one", async () => {
    const { sidecar, actions, state } = await ready();
    const answer = sidecar.holdNext("start");
    const started = actions.startServer("api");
    expect(state().pending).toEqual({ api: "start" });
    answer();
    expect(await started).toMatchObject({ success: true });
    expect(state().pending).toEqual({});
    expect(state().lastMessage).toContain("api is running");
    expect(state().servers.api?.status).toBe("running");
  });

  it("without a name means the only server, or the one called default", async () => {
    for (const servers of [{ api: {} }, { default: {}, api: {} }]) {
      const { sidecar, actions, state } = await ready({ servers });
      const answer = sidecar.holdNext("restart");
      const restarted = actions.restartServer();
      expect(Object.keys(state().pending)).toEqual([Object.keys(servers)[0]]);
      answer();
      await restarted;
      expect(state().pending).toEqual({});
    }
  });

  it("without a name where one is needed is refused, and says so", async () => {
    const { actions, state } = await ready();
    expect(await actions.stopServer()).toBeUndefined();
    expect(state().lastMessage).toMatch(/name/);
    expect(state()).toMatchObject({ pending: {}, failures: {} });
  });

  it("that fails leaves its failure, until the server starts again", async () => {
    const { sidecar, actions, state } = await ready();
    sidecar.failNext("start", { code: "PORT_IN_USE", message: "port 8121 is taken", data: { port: 8121 } });
    await actions.startServer("api");
    expect(state().failures.api).toMatchObject({
      message: "port 8121 is taken",
      error: { code: "PORT_IN_USE", data: { port: 8121 } },
    });
    expect(state().lastMessage).toBe("port 8121 is taken");
    sidecar.setStatus("api", { status: "starting" });
    expect(state().failures).toEqual({});
  });

  it("that fails leaves its failure until the server was stopped, or the failure is dismissed", async () => {
    const { sidecar, actions, state } = await ready();
    for (const end of [
      () => sidecar.setStatus("api", { status: "stopped" }),
      () => actions.dismissFailure("api"),
    ]) {
      sidecar.failNext("start", { code: "SPAWN_FAILED" });
      await actions.startServer("api");
      expect(state().failures.api?.error?.code).toBe("SPAWN_FAILED");
      end();
      expect(state().failures).toEqual({});
    }
  });

  it("that is refused or cannot be asked is a failure with a message, and nothing is thrown", async () => {
    const { sidecar, actions, state } = await ready();
    sidecar.failNext("stop", { code: -32003, message: "viewers control nothing" });
    expect(await actions.stopServer("api")).toBeUndefined();
    expect(state().failures.api).toEqual({ message: "viewers control nothing" });
    expect(state()).toMatchObject({ pending: {}, lastMessage: "viewers control nothing" });
  });

  it("survives an api that throws before it promises anything", async () => {
    const sidecar = fakeSidecar();
    const broken = () => {
      throw new TypeError("no such channel");
    };
    const store = storeOver({ ...sidecar, start: broken });
    await until(store, (state) => state.hydrated);
    expect(await store.getState().actions.startServer()).toBeUndefined();
    expect(store.getState().failures.default?.message).toBe("no such channel");
  });

  it("that cancels a start is no failure of the start", async () => {
    const { actions, state } = await ready({ servers: { api: { startSeconds: 1000 } } });
    const started = actions.startServer("api");
    await actions.stopServer("api");
    expect(await started).toMatchObject({ success: false, error: { code: "CANCELLED" } });
    expect(state()).toMatchObject({ failures: {}, pending: {} });
  });

  it("stays pending while an earlier one is answered", async () => {
    const { sidecar, actions, state } = await ready({ servers: { api: { running: true } } });
    const answerStop = sidecar.holdNext("stop");
    const stopped = actions.stopServer("api");
    const answerForce = sidecar.holdNext("stop");
    const forced = actions.stopServer({ name: "api", force: true });
    expect(state().pending.api).toBe("force-stop");
    answerStop();
    await stopped;
    expect(state().pending.api).toBe("force-stop");
    answerForce();
    await forced;
    expect(state().pending).toEqual({});
  });
});

describe("refreshing", () => {
  it("reads one status anew, which may tell what no notification does", async () => {
    const { sidecar, store, actions } = await ready();
    const status = { ...(await sidecar.getStatus("api")), pid: 4242 };
    const mended = storeOver({ ...sidecar, getStatus: async () => status });
    await until(mended, (state) => state.hydrated);
    await mended.getState().actions.refreshStatus("api");
    expect(mended.getState().servers.api).toMatchObject({ pid: 4242 });
    expect(mended.getState().servers.api).not.toHaveProperty("logs");
    await actions.refreshStatus("nobody");
    expect(store.getState().lastMessage).toMatch(/nobody/);
  });

  it("keeps what was told while it asked", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} } });
    const { api: late, answer } = answeredLate(sidecar, "getStatus");
    const store = storeOver(late);
    await until(store, (state) => state.hydrated);
    const refreshed = store.getState().actions.refreshStatus("api");
    sidecar.setStatus("api", { status: "error", lastError: "it crashed" });
    answer();
    await refreshed;
    expect(store.getState().servers.api?.status).toBe("error");
  });

  it("reads the whole list anew, with servers that are new", async () => {
    const { sidecar, actions, state } = await ready();
    sidecar.addServer("added");
    await actions.refreshStatus();
    expect(Object.keys(state().servers)).toEqual(["api", "worker", "added"]);
    expect(state().logs.added).toBeDefined();
  });
});

describe("the log", () => {
  it("is cleared here when the sidecar has cleared it", async () => {
    const { sidecar, store, actions } = await ready();
    sidecar.emitLog("old", "api");
    await actions.clearLogs("api");
    sidecar.emitLog("new", "api");
    expect(textsOf(store, "api")).toEqual(["new"]);
    sidecar.failNext("clearLogs", { code: -32603, message: "not now" });
    await actions.clearLogs("api");
    expect(textsOf(store, "api")).toEqual(["new"]);
    expect(store.getState().lastMessage).toBe("not now");
  });

  it("gets lines of a gap back as far as they are held, in as many pages as it takes", async () => {
    const { sidecar, store, actions } = await ready({ servers: { api: { keptLines: 7000 } } });
    sidecar.emitLog(textOf(1), "api");
    sidecar.dropLog(numbers(2, 8000).map(textOf), "api");
    sidecar.emitLog(textOf(8001), "api");
    expect(textsOf(store, "api")).toEqual([textOf(1), "(1, 8001)", textOf(8001)]);
    await actions.loadLogs("api", 1, 8001);
    expect(textsOf(store, "api")).toEqual([textOf(1), "(1, 1002) lost", ...numbers(1002, 8001).map(textOf)]);
  });

  it("keeps a gap that could not be asked for", async () => {
    const { sidecar, store, actions } = await ready();
    sidecar.emitLog("first", "api");
    sidecar.dropLog(["second"], "api");
    sidecar.emitLog("third", "api");
    sidecar.failNext("getLogs", { code: -32603, message: "not now" });
    await actions.loadLogs("api", 1, 3);
    expect(textsOf(store, "api")).toEqual(["first", "(1, 3)", "third"]);
    await actions.loadLogs("nobody", 1, 3);
  });
});

describe("alerts", () => {
  it("are there until they are dismissed", async () => {
    const { sidecar, actions, state } = await ready();
    sidecar.emitAlert({ name: "api", kind: "unhealthy" });
    sidecar.emitAlert({ name: "worker", kind: "restart-limit" });
    const [first] = state().alerts;
    actions.dismissAlert(first?.id ?? 0);
    expect(state().alerts.map(({ name }) => name)).toEqual(["worker"]);
  });
});
