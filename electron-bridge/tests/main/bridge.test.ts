/** The bridge with the real sidecar and a real uvicorn: launch, ask, hear, close. */
import { describe, expect, test } from "vitest";
import { PythonServerError } from "../../src/main/index.js";
import { lives, makeBridge, next, record, SAMPLE, sidecarHere, WAITING } from "../support/bridges.js";

describe("a bridge", () => {
  test("launches the sidecar, starts a server and tells what happens in order", async () => {
    const bridge = await makeBridge({ servers: { api: SAMPLE } });
    const story: string[] = [];
    bridge.on("python-sidecar-status", ({ status }) => story.push(`sidecar ${status}`));
    bridge.on("python-server-status", ({ status }) => story.push(status));
    bridge.on("python-log", ({ text }) => text.includes("안녕하세요") && story.push("greeting"));
    bridge.on("python-server-ready", () => story.push("ready"));

    const { servers, serverInfo } = await bridge.launch();
    expect(servers.map(({ name }) => name)).toEqual(["api"]);
    expect(bridge.sidecarStatus()).toEqual({ status: "running", pid: serverInfo.pid });

    const ready = next(bridge, "python-server-ready");
    const response = await bridge.request("start", { name: "api" });
    expect(response).toMatchObject({ success: true, status: { status: "running" } });
    expect(await (await fetch(response.status?.url ?? "")).text()).toBe("hello");
    await ready;
    expect(story).toEqual([
      "sidecar starting",
      "sidecar running",
      "starting",
      "greeting",
      "running",
      "ready",
    ]);
  });

  test("tells metrics without being asked to", async () => {
    const bridge = await makeBridge({ servers: { worker: { ...WAITING, autostart: true } } });
    const metrics = next(bridge, "python-server-metrics");
    await bridge.launch();
    expect((await metrics).name).toBe("worker");
  });

  test("rejects with the code and the data of the sidecar's error", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    await bridge.launch();
    const refused = bridge.request("get_status", { name: "ghost" });
    await expect(refused).rejects.toBeInstanceOf(PythonServerError);
    await expect(refused).rejects.toMatchObject({ code: -32001, data: { field: "name" } });
    await expect(bridge.request("no_such_method")).rejects.toMatchObject({ code: -32601 });
  });

  test("takes params by position, too, and refuses what is none", async () => {
    const bridge = await makeBridge({ servers: { a: WAITING, b: WAITING } });
    await bridge.launch();
    expect(await bridge.request("get_status", ["b"] as never)).toMatchObject({ name: "b" });
    const circular: { self?: unknown } = {};
    circular.self = circular;
    await expect(bridge.request("get_status", circular)).rejects.toMatchObject({ code: -32602 });
    await expect(bridge.request("get_status", "a" as never)).rejects.toMatchObject({ code: -32602 });
  });

  test("refuses a request that the sidecar would skip, instead of waiting for its answer", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    await bridge.launch();
    const changes = { env: { LARGE: "x".repeat(8 * 1024 * 1024) } };
    await expect(bridge.request("update_server", { changes })).rejects.toMatchObject({ code: -32600 });
  });

  test("joins launches", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    const [first, second] = await Promise.all([bridge.launch(), bridge.launch()]);
    const third = await bridge.launch();
    expect(second.serverInfo.pid).toBe(first.serverInfo.pid);
    expect(third.serverInfo.pid).toBe(first.serverInfo.pid);
  });

  test("lets requests wait for a launch that is under way, and refuses them before any", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    await expect(bridge.request("list_servers")).rejects.toMatchObject({ code: -32000 });
    void bridge.launch();
    expect(await bridge.request("list_servers")).toHaveLength(1);
  });

  test("ends an unsubscribed listener, and no other when one throws", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    bridge.on("python-sidecar-status", () => {
      throw new Error("a bad listener");
    });
    const heard = record(bridge, "python-sidecar-status");
    let unheard = 0;
    bridge.on("python-sidecar-status", () => (unheard += 1))();
    await bridge.launch();
    expect(heard.map(({ status }) => status)).toEqual(["starting", "running"]);
    expect(unheard).toBe(0);
    expect((await warned).message).toContain("a bad listener");
  });

  test("tells what a sidecar said that refuses its configuration", async () => {
    const bridge = await makeBridge({ servers: {}, sidecar: await sidecarHere("--config", "demo.toml") });
    await expect(bridge.launch()).rejects.toThrow(/ended with exit code 2 before it was ready.*demo\.toml/s);
  });
});

describe("close", () => {
  test("stops the servers with their full grace and ends the sidecar", async () => {
    const bridge = await makeBridge({ servers: { api: SAMPLE } });
    const { serverInfo } = await bridge.launch();
    await bridge.request("start");
    const lines = record(bridge, "python-log");
    const statuses = record(bridge, "python-sidecar-status");
    await bridge.close();
    expect(lives(serverInfo.pid)).toBe(false);
    expect(lines.map(({ text }) => text).join("\n")).toContain("goodbye");
    expect(statuses).toEqual([{ status: "stopped" }]);
  });

  test("may be called twice, and before any launch", async () => {
    const bridge = await makeBridge({ servers: {} });
    await Promise.all([bridge.close(), bridge.close()]);
    await bridge.close();
    expect(bridge.sidecarStatus()).toEqual({ status: "stopped" });
  });

  test("makes requests and launches reject at once", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    await bridge.launch();
    const closing = bridge.close();
    await expect(bridge.request("get_status")).rejects.toMatchObject({ code: -32000 });
    await expect(bridge.launch()).rejects.toThrow("the bridge was closed");
    await closing;
    await expect(bridge.request("get_status")).rejects.toThrow("the bridge was closed");
  });

  test("cancels a launch under way and leaves no process", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    const launch = bridge.launch();
    const failed = expect(launch).rejects.toThrow("cancelled");
    await bridge.close();
    await failed;
    expect(bridge.sidecarStatus()).toEqual({ status: "stopped" });
  });

  test("is what a shutdown by request is not: the bridge can be launched again", async () => {
    const bridge = await makeBridge({ servers: { api: WAITING } });
    await bridge.launch();
    const stopped = next(bridge, "python-sidecar-status", ({ status }) => status === "stopped");
    expect(await bridge.request("shutdown")).toBeNull();
    await stopped;
    expect((await bridge.launch()).servers).toHaveLength(1);
  });
});
