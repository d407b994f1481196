import { afterEach, describe, expect, it } from "vitest";
import { hasPageApi, pageStore } from "../../../src/renderer/store/page-store.js";
import { retainStore, storeOf } from "../../../src/renderer/store/shared-stores.js";
import type { PythonServerApi, Unsubscribe } from "../../../src/shared/api.js";
import { endWithTheTest, fakeSidecar, storeOver } from "./fakes.js";
import { nextTask, until } from "./until.js";

endWithTheTest();

const TOPICS = [
  "onStatusChange",
  "onLogBatch",
  "onReady",
  "onStopped",
  "onMetrics",
  "onAlert",
  "onSidecarStatus",
] as const;

/** An api that counts who listens. */
function counted(api: PythonServerApi): { api: PythonServerApi; listeners: () => Record<string, number> } {
  const counts: Record<string, number> = {};
  const count = (topic: (typeof TOPICS)[number]) => (callback: never) => {
    counts[topic] = (counts[topic] ?? 0) + 1;
    const end: Unsubscribe = api[topic](callback);
    return () => {
      counts[topic] = (counts[topic] ?? 0) - 1;
      end();
    };
  };
  const counting = Object.fromEntries(TOPICS.map((topic) => [topic, count(topic)]));
  return { api: { ...api, ...counting } as PythonServerApi, listeners: () => ({ ...counts }) };
}

const each = (number: number) => Object.fromEntries(TOPICS.map((topic) => [topic, number]));

describe("a store", () => {
  it("listens to everything once, and to nothing after it was destroyed", async () => {
    const sidecar = fakeSidecar();
    const { api, listeners } = counted(sidecar);
    const store = storeOver(api);
    expect(listeners()).toEqual(each(1));
    await until(store, (state) => state.hydrated);
    store.getState().destroy();
    store.getState().destroy();
    expect(listeners()).toEqual(each(0));
    const before = store.getState();
    sidecar.setStatus("default", { status: "running" });
    expect(store.getState()).toBe(before);
  });

  it("takes nothing in that is answered after it was destroyed", async () => {
    const sidecar = fakeSidecar();
    const answer = sidecar.holdNext("getSidecarStatus");
    const store = storeOver(sidecar);
    store.getState().destroy();
    answer();
    await nextTask();
    expect(store.getState()).toMatchObject({ hydrated: false, sidecar: { status: "starting" } });
  });

  it("tells its subscribers of a log by the ring alone", async () => {
    const sidecar = fakeSidecar();
    const store = storeOver(sidecar);
    await until(store, (state) => state.hydrated);
    let changes = 0;
    store.subscribe(() => {
      changes += 1;
    });
    for (let batch = 0; batch < 1000; batch++) sidecar.emitLog("a line");
    expect(changes).toBe(0);
    expect(store.getState().logs.default?.at(-1)).toMatchObject({ text: "a line" });
  });

  it("without an api says what to do, and refuses commands instead of breaking", async () => {
    const store = storeOver();
    const { sidecar, actions } = await until(store, (state) => state.sidecar.status === "failed");
    expect(sidecar.message).toMatch(/window\.pythonServer is missing.*preload/);
    expect(await actions.startServer("api")).toBeUndefined();
    expect(store.getState().failures.api?.message).toBe(sidecar.message);
  });
});

describe("the page's store", () => {
  const KEY = Symbol.for("electron-python-server.store");
  afterEach(() => {
    (globalThis as { [KEY]?: ReturnType<typeof pageStore> })[KEY]?.getState().destroy();
    Reflect.deleteProperty(globalThis, KEY);
    Reflect.deleteProperty(window, "pythonServer");
  });

  it("is over window.pythonServer, and one however often it is wanted", async () => {
    const { api, listeners } = counted(fakeSidecar({ servers: { api: {} } }));
    window.pythonServer = api;
    expect(hasPageApi()).toBe(true);
    const { servers } = await until(pageStore(), (state) => state.hydrated);
    expect(Object.keys(servers)).toEqual(["api"]);
    expect(pageStore()).toBe(pageStore());
    expect(listeners()).toEqual(each(1));
  });

  it("is not made before somebody wants it", () => {
    const { api, listeners } = counted(fakeSidecar());
    window.pythonServer = api;
    expect(hasPageApi()).toBe(true);
    expect(listeners()).toEqual({});
  });
});

describe("a store over an app's own api", () => {
  it("works with the lines of onLog alone, and without what the app left out", async () => {
    const sidecar = fakeSidecar();
    const { start, list, getStatus, getLogs, onStatusChange, onLog } = sidecar;
    const own = { start, list, getStatus, getLogs, onStatusChange, onLog } as unknown as PythonServerApi;
    const store = storeOver(own);
    await until(store, (state) => state.hydrated);
    sidecar.emitLog("안녕", "default");
    expect(JSON.stringify(store.getState().logs)).toContain("안녕");
    store.getState().destroy();
  });

  it("can be destroyed though subscribing returned nothing", async () => {
    const sidecar = fakeSidecar();
    const store = storeOver({ ...sidecar, onAlert: () => undefined as unknown as Unsubscribe });
    expect(() => store.getState().destroy()).not.toThrow();
  });

  it("keeps its lines when it is told which sidecar runs, having known only that one does", async () => {
    const { getSidecarStatus: _leftOut, ...sidecar } = fakeSidecar();
    const tell: ((status: { status: "running"; pid: number }) => void)[] = [];
    const own = {
      ...sidecar,
      onSidecarStatus: (callback: (typeof tell)[number]) => {
        tell.push(callback);
        return () => {};
      },
    } as unknown as PythonServerApi;
    const store = storeOver(own);
    await until(store, (state) => state.hydrated);
    sidecar.emitLog("kept", "default");
    const before = store.getState().logs.default;
    tell[0]?.({ status: "running", pid: 77 });
    expect(store.getState().logs.default).toBe(before);
    expect(store.getState().sidecar).toEqual({ status: "running", pid: 77 });
  });
});

describe("a shared store", () => {
  it("is one for each api, and destroyed when the last user has gone", async () => {
    const { api, listeners } = counted(fakeSidecar());
    const store = storeOf(api);
    expect(storeOf(api)).toBe(store);
    const [first, second] = [retainStore(store), retainStore(store)];
    first();
    await nextTask();
    expect(listeners()).toEqual(each(1));
    second();
    await nextTask();
    expect(listeners()).toEqual(each(0));
    expect(storeOf(api)).not.toBe(store);
    retainStore(storeOf(api))();
  });

  it("lives on when somebody comes back to it at once", async () => {
    const { api, listeners } = counted(fakeSidecar());
    const store = storeOf(api);
    retainStore(store)();
    const end = retainStore(store);
    await nextTask();
    expect(listeners()).toEqual(each(1));
    end();
  });
});
