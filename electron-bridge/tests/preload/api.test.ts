/** The API over IPC: which channel, which payload, what is told to whom. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPythonServerApi, type PythonServerApi } from "../../src/preload/index.js";
import { INVOKE_CHANNELS } from "../../src/shared/channels.js";
import type { LogParams } from "../../src/shared/generated/protocol.js";
import { expectParams } from "../support/protocol-schema.js";
import { IpcRendererDouble } from "./ipc-renderer-double.js";

let ipc: IpcRendererDouble;
let api: PythonServerApi;

beforeEach(() => {
  ipc = new IpcRendererDouble();
  api = createPythonServerApi(ipc);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const batch = (text: string, seq = 1): LogParams => ({
  name: "api",
  stream: "stdout",
  text,
  count: text.split("\n").length,
  seq,
  time: "2026-03-01T09:30:00.125Z",
});

describe("a request", () => {
  it.each<[string, (api: PythonServerApi) => Promise<unknown>, object | undefined]>([
    ["start-python-server", (api) => api.start(), {}],
    ["start-python-server", (api) => api.start("api"), { name: "api" }],
    ["stop-python-server", (api) => api.stop("api"), { name: "api" }],
    ["stop-python-server", (api) => api.stop({ force: true, timeout: 2.5 }), { force: true, timeout: 2.5 }],
    ["restart-python-server", (api) => api.restart(), {}],
    [
      "restart-python-server",
      (api) => api.restart({ name: "api", force: undefined } as never),
      { name: "api" },
    ],
    ["get-python-server-status", (api) => api.getStatus("api"), { name: "api" }],
    ["list-python-servers", (api) => api.list(), undefined],
    ["get-python-server-logs", (api) => api.getLogs({ after: 5, limit: 10 }), { after: 5, limit: 10 }],
    ["clear-python-server-logs", (api) => api.clearLogs(), {}],
    [
      "update-python-server",
      (api) => api.updateServer({ name: "api", changes: { port: 9000 } }),
      { name: "api", changes: { port: 9000 } },
    ],
    [
      "update-python-server",
      (api) =>
        api.updateServer({
          changes: { port: undefined, restart: { max: undefined, policy: "never" } },
        } as never),
      { changes: { restart: { policy: "never" } } },
    ],
    ["get-python-server-metrics", (api) => api.getMetrics("api"), { name: "api" }],
    ["get-python-server-settings", (api) => api.getSettings("api"), { name: "api" }],
    ["send-python-server-request", (api) => api.sendRequest({ path: "/docs" }), { path: "/docs" }],
    ["get-python-sidecar-status", (api) => api.getSidecarStatus(), undefined],
  ])("goes to %s and carries what the protocol takes", async (channel, ask, payload) => {
    await ask(api);
    expect(ipc.invoked).toEqual([{ channel, args: payload === undefined ? [] : [payload] }]);
    const method = INVOKE_CHANNELS[channel as keyof typeof INVOKE_CHANNELS];
    if (method) expectParams(method, payload ?? {});
  });

  it("is answered with what main answers", async () => {
    ipc.answer = { success: false, message: "taken", error: { code: "PORT_IN_USE", data: { port: 8121 } } };
    expect(await api.start()).toEqual(ipc.answer);
  });

  it("rejects with the message and the code of the error, without what Electron and main add", async () => {
    ipc.answer = new Error("no server is called 'x'; configured: api [-32001]");
    const error = await api.getStatus("x").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: "no server is called 'x'; configured: api", code: -32001 });
  });

  it("rejects with the message alone where main tells no code", async () => {
    ipc.answer = new TypeError("payload: [0] is odd");
    const error = await api.list().catch((error: unknown) => error);
    expect(error).toMatchObject({ message: "payload: [0] is odd" });
    expect(error).not.toHaveProperty("code");
  });

  it("is not made with a click event for a name", async () => {
    await expect(api.start({ type: "click" } as never)).rejects.toThrow("the name of a server is a string");
    await expect(api.stop(5 as never)).rejects.toThrow("the name of a server is a string");
    expect(ipc.invoked).toEqual([]);
  });

  it("keeps a misspelt key, for main to refuse, rather than meaning another server", async () => {
    await api.stop({ nmae: "api" } as never);
    expect(ipc.invoked[0]?.args).toEqual([{ nmae: "api" }]);
  });
});

describe("a subscription", () => {
  it("is told the payload alone, never the event", () => {
    const callback = vi.fn();
    api.onReady(callback);
    const ready = { name: "api", pid: 1, port: 8121, url: "http://127.0.0.1:8121" };
    ipc.tell("python-server-ready", ready);
    expect(callback.mock.calls).toEqual([[ready]]);
  });

  it("ends by its own unsubscribe, as often as that is called, and no other with it", () => {
    const callback = vi.fn();
    const off = api.onAlert(callback);
    api.onAlert(callback);
    off();
    off();
    ipc.tell("python-server-alert", { name: "api" });
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("shares one listener of ipcRenderer with all others of its channel, and the last takes it off", () => {
    const warned = vi.spyOn(process, "emitWarning");
    const offs = Array.from({ length: 50 }, () => api.onStatusChange(() => {}));
    expect(ipc.listeners("python-server-status")).toBe(1);
    for (const off of offs) off();
    expect(ipc.listeners("python-server-status")).toBe(0);
    const again = vi.fn();
    api.onStatusChange(again);
    ipc.tell("python-server-status", { status: "running" });
    expect(again).toHaveBeenCalledTimes(1);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it("that throws is reported as uncaught and keeps nobody else from being told", () => {
    const uncaught: (() => void)[] = [];
    vi.stubGlobal("queueMicrotask", (task: () => void) => uncaught.push(task));
    const told = vi.fn();
    api.onStopped(() => {
      throw new Error("a defect of the page");
    });
    api.onStopped(told);
    ipc.tell("python-server-stopped", { name: "api", code: 0, expected: true });
    expect(told).toHaveBeenCalledTimes(1);
    expect(uncaught).toHaveLength(1);
    expect(uncaught[0]).toThrow("a defect of the page");
  });

  it("that another one ended in the same moment is not told any more", () => {
    const told = vi.fn();
    const offs: (() => void)[] = [];
    api.onMetrics(() => offs.pop()?.());
    offs.push(api.onMetrics(told));
    ipc.tell("python-server-metrics", { name: "api" });
    expect(told).not.toHaveBeenCalled();
  });

  it("is refused without a callback", () => {
    expect(() => api.onReady(undefined as never)).toThrow("a callback for python-server-ready is expected");
    expect(() => api.onLog("x" as never)).toThrow("a callback for python-log is expected, not string");
  });
});

describe("lines", () => {
  it("reach onLog one by one and onLogBatch as they came", () => {
    const lines: unknown[] = [];
    const batches: LogParams[] = [];
    api.onLog((line, meta) => lines.push([line, meta.seq]));
    api.onLogBatch((batch) => batches.push(batch));
    ipc.tell("python-log", batch("시작\nready", 7));
    expect(lines).toEqual([
      ["시작", 7],
      ["ready", 8],
    ]);
    expect(batches).toEqual([batch("시작\nready", 7)]);
  });

  it("go on after one whose callback threw", () => {
    vi.stubGlobal("queueMicrotask", () => {});
    const lines: string[] = [];
    api.onLog((line) => {
      lines.push(line);
      if (line === "a") throw new Error("a defect of the page");
    });
    ipc.tell("python-log", batch("a\nb"));
    expect(lines).toEqual(["a", "b"]);
    expect(ipc.sent).toHaveLength(1);
  });

  it("are not listened to any more, when nobody does and there is no way to acknowledge them", () => {
    const { emitter } = ipc;
    const plain = createPythonServerApi({
      invoke: (channel) => ipc.invoke(channel),
      on: (channel, listener) => emitter.on(channel, listener),
      removeListener: (channel, listener) => emitter.removeListener(channel, listener),
    });
    const before = ipc.listeners("python-log");
    const offs = [plain.onLog(() => {}), plain.onLogBatch(() => {})];
    expect(ipc.listeners("python-log")).toBe(before + 1);
    for (const off of offs) off();
    expect(ipc.listeners("python-log")).toBe(before);
  });

  it("are acknowledged by their characters, also when nobody listens", () => {
    ipc.tell("python-log", batch("가나다"));
    api.onLog(() => {})();
    ipc.tell("python-log", batch("four"));
    ipc.tell("python-log", { ...batch(""), count: 0, dropped: 9 });
    expect(ipc.sent).toEqual([
      { channel: "python-log-received", args: [3] },
      { channel: "python-log-received", args: [4] },
    ]);
  });

  it("are acknowledged once, even if two APIs were made for one window", () => {
    const other = vi.fn();
    createPythonServerApi(ipc).onLog(other);
    ipc.tell("python-log", batch("once"));
    expect(ipc.sent).toHaveLength(1);
    expect(other).toHaveBeenCalledTimes(1);
  });

  it("are handled by an ipcRenderer that cannot send", () => {
    const silent = new IpcRendererDouble();
    Object.assign(silent, { send: undefined });
    const lines: string[] = [];
    createPythonServerApi(silent).onLog((line) => lines.push(line));
    silent.tell("python-log", batch("x"));
    expect(lines).toEqual(["x"]);
  });
});
