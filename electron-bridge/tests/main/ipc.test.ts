/** The channels of the windows, over the real sidecar. */
import { describe, expect, test } from "vitest";
import { createPythonServerBridge, type PythonServerBridgeOptions } from "../../src/main/index.js";
import { GET_SIDECAR_STATUS_CHANNEL, INVOKE_CHANNELS } from "../../src/shared/channels.js";
import { makeBridge, next, SAMPLE, WAITING } from "../support/bridges.js";
import { AppDouble, IpcMainDouble, OWN_PAGE } from "../support/electron-objects.js";

async function launched(options: Partial<PythonServerBridgeOptions> = {}) {
  const ipcMain = new IpcMainDouble();
  const bridge = await makeBridge({ servers: { api: SAMPLE, worker: WAITING }, ipcMain, ...options });
  await bridge.launch();
  return { ipcMain, bridge };
}

describe("a window", () => {
  test("controls and reads a server by every channel", async () => {
    const { ipcMain } = await launched();
    const api = { name: "api" };
    expect(await ipcMain.invoke("start-python-server", api)).toMatchObject({ success: true });
    expect(await ipcMain.invoke("get-python-server-status", api)).toMatchObject({ status: "running" });
    expect(await ipcMain.invoke("list-python-servers")).toHaveLength(2);
    const page = (await ipcMain.invoke("get-python-server-logs", api)) as { entries: { line: string }[] };
    expect(page.entries.map(({ line }) => line)).toContain("안녕하세요, 서버입니다");
    expect(await ipcMain.invoke("get-python-server-metrics", api)).toMatchObject(api);
    expect(await ipcMain.invoke("get-python-server-settings", api)).toMatchObject({ autostart: false });
    const request = { ...api, path: "/hello" };
    expect(await ipcMain.invoke("send-python-server-request", request)).toMatchObject({
      status: 200,
      body: "hello",
    });
    expect(await ipcMain.invoke("clear-python-server-logs", api)).toHaveProperty("cleared");
    const update = { ...api, changes: { autostart: true } };
    expect(await ipcMain.invoke("update-python-server", update)).toMatchObject({ success: true });
    expect(await ipcMain.invoke("restart-python-server", api)).toMatchObject({ success: true });
    expect(await ipcMain.invoke("stop-python-server", "api")).toMatchObject({ success: true });
  });

  test("reads the code of an error at the end of its message", async () => {
    const { ipcMain } = await launched();
    await expect(ipcMain.invoke("get-python-server-status", "ghost")).rejects.toMatchObject({
      code: -32001,
      message: expect.stringMatching(/ghost.* \[-32001\]$/),
    });
    await expect(ipcMain.invoke("get-python-server-status")).rejects.toThrow(/\[-32602\]$/);
  });

  test("that names unknown keys changes nothing", async () => {
    const { ipcMain, bridge } = await launched();
    await expect(
      ipcMain.invoke("start-python-server", { name: "worker", env: { A: "1" } }),
    ).rejects.toMatchObject({ code: -32602 });
    const changes = { autostart: true, command: ["rm", "-rf"] };
    await expect(ipcMain.invoke("update-python-server", { name: "worker", changes })).rejects.toMatchObject({
      code: -32003,
    });
    expect(await bridge.request("get_status", { name: "worker" })).toMatchObject({ status: "stopped" });
    expect(await bridge.request("get_settings", { name: "worker" })).toMatchObject({ autostart: false });
  });

  test("learns the state of the sidecar, whatever that is", async () => {
    const { ipcMain, bridge } = await launched();
    expect(await ipcMain.invoke(GET_SIDECAR_STATUS_CHANNEL)).toEqual(bridge.sidecarStatus());
    const stopped = next(bridge, "python-sidecar-status", ({ status }) => status === "stopped");
    await bridge.request("shutdown");
    await stopped;
    expect(await ipcMain.invoke(GET_SIDECAR_STATUS_CHANNEL)).toEqual({ status: "stopped" });
  });
});

describe("a page that is not the app's own", () => {
  const foreign = { senderFrame: { url: "https://evil.example/page", parent: null } };
  const embedded = { senderFrame: { url: "file:///app/frame.html", parent: {} } };

  test.each([
    ["from the web", foreign],
    ["in a frame of another", embedded],
    ["that is gone", { senderFrame: null }],
  ])("%s is refused on every channel, without effect", async (_where, event) => {
    const { ipcMain, bridge } = await launched();
    for (const channel of [...Object.keys(INVOKE_CHANNELS), GET_SIDECAR_STATUS_CHANNEL]) {
      const refused = ipcMain.invokeFrom(event, channel, { name: "worker" });
      await expect(refused).rejects.toMatchObject({ code: -32003 });
    }
    expect(await bridge.request("get_status", { name: "worker" })).toMatchObject({ status: "stopped" });
  });

  test("is let in if the app allows it, and the app's own is kept out if it does not", async () => {
    const allowSender = ({ senderFrame }: typeof foreign) =>
      senderFrame.url.startsWith("https://evil.example");
    const { ipcMain } = await launched({ allowSender: allowSender as never });
    expect(await ipcMain.invokeFrom(foreign, "list-python-servers")).toHaveLength(2);
    await expect(ipcMain.invokeFrom(OWN_PAGE, "list-python-servers")).rejects.toMatchObject({ code: -32003 });
  });
});

describe("closing", () => {
  test("takes back what was registered and nothing else, so that another bridge can follow", async () => {
    const ipcMain = new IpcMainDouble();
    const app = new AppDouble();
    ipcMain.handle("of-the-app", () => "kept");
    ipcMain.on("python-log-received", () => {});
    app.on("before-quit", () => {});
    const first = await makeBridge({ servers: { worker: WAITING }, ipcMain, app });
    expect(app.listenerCount("before-quit")).toBe(2);
    await first.launch();
    const closing = first.close();
    expect([...ipcMain.handlers.keys()]).toEqual(["of-the-app"]);
    expect(ipcMain.listenerCount("python-log-received")).toBe(1);
    expect(app.listenerCount("before-quit")).toBe(1);

    const second = await makeBridge({ servers: { worker: WAITING }, ipcMain, app });
    await closing;
    await second.launch();
    expect(await ipcMain.invoke("list-python-servers")).toHaveLength(1);
  });

  test("is needed before another bridge, which else registers nothing", async () => {
    const ipcMain = new IpcMainDouble();
    await makeBridge({ servers: {}, ipcMain });
    const before = ipcMain.handlers.size;
    expect(() => createPythonServerBridge({ servers: {}, ipcMain })).toThrow("second handler");
    expect(ipcMain.handlers.size).toBe(before);
  });
});
