/** The fake sidecar where app authors use it: under a bridge, which takes it for a real one. */
import { afterEach, expect, it } from "vitest";
import { createPythonServerBridge, type PythonServerBridge } from "../../src/main/index.js";
import type { SidecarStatus } from "../../src/shared/api.js";
import type { ServerControlResponse } from "../../src/shared/generated/protocol.js";
import type { FakeSidecarScript } from "../../src/testing/script.js";
import { builtFakeSidecar } from "../support/built-fake-sidecar.js";

const bridges: PythonServerBridge[] = [];

afterEach(async () => {
  await Promise.all(bridges.splice(0).map((bridge) => bridge.close()));
});

async function bridgeOver(script: FakeSidecarScript): Promise<PythonServerBridge> {
  const bridge = createPythonServerBridge({
    sidecar: await builtFakeSidecar(script),
    servers: { api: { app: "myserver.main:app", port: 8121 } },
    restart: { max: 2, window: 60, backoff: [0.01, 1, 0.01] },
    log: () => {},
  });
  bridges.push(bridge);
  return bridge;
}

it("starts and stops servers that are none", async () => {
  const bridge = await bridgeOver({});
  const { servers } = await bridge.launch();
  expect(servers).toMatchObject([{ name: "api", port: 8121, status: "stopped" }]);
  const started = (await bridge.request("start", { name: "api" })) as ServerControlResponse;
  expect(started).toMatchObject({ success: true, status: { status: "running" } });
});

it("fails as its script says", async () => {
  const bridge = await bridgeOver({ servers: { api: { startFails: "PORT_IN_USE" } } });
  await bridge.launch();
  expect(await bridge.request("start")).toMatchObject({ success: false, error: { code: "PORT_IN_USE" } });
});

it("is restarted when it dies at a stop", async () => {
  const bridge = await bridgeOver({ diesOn: ["stop"] });
  await bridge.launch();
  const seen: SidecarStatus["status"][] = [];
  const back = new Promise<void>((resolve) => {
    bridge.on("python-sidecar-status", ({ status }) => {
      seen.push(status);
      if (status === "running") resolve();
    });
  });
  await expect(bridge.request("stop")).rejects.toMatchObject({ code: expect.any(Number) });
  await back;
  expect(seen[0]).toBe("restarting");
  expect(await bridge.request("list_servers")).toHaveLength(1);
});

it("is given up when it dies again and again", async () => {
  const bridge = await bridgeOver({ diesAfterSeconds: 0.05 });
  const failed = new Promise<SidecarStatus>((resolve) => {
    bridge.on("python-sidecar-status", (status) => {
      if (status.status === "failed") resolve(status);
    });
  });
  await bridge.launch();
  expect((await failed).message).toBeTruthy();
  await expect(bridge.request("list_servers")).rejects.toMatchObject({ code: -32000 });
});

it("leaves a request unanswered without holding up another", async () => {
  const bridge = await bridgeOver({ hangs: ["get_metrics"] });
  await bridge.launch();
  const unanswered = bridge.request("get_metrics");
  expect(await bridge.request("list_servers")).toHaveLength(1);
  const refused = expect(unanswered).rejects.toMatchObject({ code: -32000 });
  await bridge.close();
  await refused;
});

it("may write what is no message, of which a launch fails", async () => {
  const bridge = await bridgeOver({ garbage: true });
  await expect(bridge.launch()).rejects.toMatchObject({ code: expect.any(Number) });
});
