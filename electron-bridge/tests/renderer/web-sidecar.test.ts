/** The API over the WebSocket of a real `sidecar web`, which runs a real server. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWebPythonServerApi, type WebPythonServerApi } from "../../src/renderer/web.js";
import type { SidecarStatus } from "../../src/shared/api.js";
import type { ServerMetrics } from "../../src/shared/generated/protocol.js";
import { nodeWebHost } from "../support/node-web-host.js";
import { expectNotification, expectResult } from "../support/protocol-schema.js";
import { RealWebSidecar } from "../support/real-web-sidecar.js";

let sidecar: RealWebSidecar;
const apis: WebPythonServerApi[] = [];

beforeEach(async () => {
  sidecar = await RealWebSidecar.start();
});

afterEach(async () => {
  for (const api of apis.splice(0)) api.close();
  await sidecar.end();
});

function connect(headers: Record<string, string>): WebPythonServerApi {
  const api = createWebPythonServerApi(sidecar.origin, nodeWebHost(headers));
  apis.push(api);
  return api;
}

function becomes(api: WebPythonServerApi, wanted: SidecarStatus["status"]): Promise<SidecarStatus> {
  return new Promise((resolve) => {
    const off = api.onSidecarStatus((status) => {
      if (status.status !== wanted) return;
      off();
      resolve(status);
    });
  });
}

describe("a page that was let in", () => {
  it("starts, reads, asks and stops a server, and is told everything in order", async () => {
    const api = connect(await sidecar.signIn());
    expect(await becomes(api, "running")).toEqual({ status: "running", pid: sidecar.pid });
    const told: string[] = [];
    api.onStatusChange((status) => {
      expectNotification("python-server-status", status);
      told.push(status.status);
    });
    api.onLog((line) => told.push(line));
    api.onReady(() => told.push("ready"));
    api.onStopped(({ expected }) => told.push(`stopped, expected: ${expected}`));
    const metrics = new Promise<ServerMetrics>((resolve) => api.onMetrics(resolve));

    const started = await api.start();
    expectResult("start", started);
    expect(started).toMatchObject({ success: true, status: { name: "api", status: "running" } });
    const answer = await api.sendRequest({ path: "/hello.txt" });
    expectResult("send_request", answer);
    expect(answer).toMatchObject({ status: 200, body: "안녕하세요" });
    expect((await api.getLogs({ after: 0 })).entries[0]).toMatchObject({ seq: 1, line: "서버가 시작됨" });
    expect((await metrics).rssBytes).toBeGreaterThan(0);
    expect((await api.stop({ force: true })).success).toBe(true);
    const seen = [
      "starting",
      "서버가 시작됨",
      "running",
      "ready",
      "stopping",
      "stopped, expected: true",
      "stopped",
    ];
    expect(told.filter((one) => seen.includes(one))).toEqual(seen);
  });

  it("changes the settings it may change, and no others", async () => {
    const api = connect(await sidecar.signIn());
    const updated = await api.updateServer({ changes: { autostart: true, restart: { policy: "always" } } });
    expectResult("update_server", updated);
    expect(await api.getSettings()).toMatchObject({ autostart: true, restart: { policy: "always", max: 5 } });
    await expect(api.updateServer({ changes: { command: ["rm"] } as never })).rejects.toMatchObject({
      code: -32003,
      data: { field: "changes.command" },
    });
  });

  it("has to sign in again when the sidecar is another one, and is told so", async () => {
    const api = connect(await sidecar.signIn());
    await becomes(api, "running");
    const { port } = sidecar;
    const lost = becomes(api, "restarting");
    const failed = becomes(api, "failed");
    await sidecar.end();
    expect((await lost).message).toContain("the sidecar is ending");
    sidecar = await RealWebSidecar.start(port);
    expect((await failed).message).toContain("signed out");
    await expect(api.list()).rejects.toMatchObject({ code: -32000 });
  });
});

describe("a page that was not let in", () => {
  it("is told to open the link that was printed", async () => {
    const api = connect({ origin: sidecar.origin });
    expect((await becomes(api, "failed")).message).toContain("Open the link that `sidecar web` printed");
  });
});
