/** A sidecar that dies: what is told, what comes back, and when the bridge gives up. */
import { expect, test } from "vitest";
import type { PythonServerBridge, SidecarStatus } from "../../src/main/index.js";
import { FAST_RESTARTS, makeBridge, next, record, SAMPLE, sidecarHere, WAITING } from "../support/bridges.js";

function killSidecar(bridge: PythonServerBridge): void {
  process.kill(bridge.sidecarStatus().pid ?? 0, "SIGKILL");
}

function untilSidecar(bridge: PythonServerBridge, status: SidecarStatus["status"]) {
  return next(bridge, "python-sidecar-status", (told) => told.status === status);
}

test("a killed sidecar is launched again, and only the servers that ran run again", async () => {
  const servers = { api: SAMPLE, idle: WAITING, stopped: WAITING };
  const bridge = await makeBridge({ servers });
  await bridge.launch();
  await bridge.request("start", { name: "api" });
  await bridge.request("start", { name: "stopped" });
  await bridge.request("stop", { name: "stopped" });

  const statuses = record(bridge, "python-sidecar-status");
  const runs = next(bridge, "python-server-ready", ({ name }) => name === "api");
  const first = bridge.sidecarStatus().pid;
  killSidecar(bridge);
  const { url } = await runs;
  expect(await (await fetch(url ?? "")).text()).toBe("hello");
  expect(statuses.map(({ status }) => status)).toEqual(["restarting", "running"]);
  expect(statuses[0]?.message).toBe(
    "the sidecar was ended by SIGKILL. It is started again in 0.5 s (1 of 5).",
  );
  expect(statuses[1]?.pid).not.toBe(first);
  const states = (await bridge.request("list_servers")).map(({ name, status }) => [name, status]);
  expect(Object.fromEntries(states)).toEqual({ api: "running", idle: "stopped", stopped: "stopped" });
});

test("servers run again after a sidecar that was told to end from outside, and stopped them first", async () => {
  const bridge = await makeBridge({ servers: { worker: WAITING }, restart: FAST_RESTARTS });
  await bridge.launch();
  await bridge.request("start");
  const again = next(bridge, "python-server-ready");
  process.kill(bridge.sidecarStatus().pid ?? 0, "SIGTERM");
  expect((await again).name).toBe("worker");
});

test("settings that were changed hold after a restart of the sidecar", async () => {
  const bridge = await makeBridge({ servers: { api: WAITING }, restart: FAST_RESTARTS });
  await bridge.launch();
  const changes = { autostart: true, restart: { policy: "always", max: 7 } } as const;
  expect(await bridge.request("update_server", { changes })).toMatchObject({ success: true });
  const back = untilSidecar(bridge, "running");
  killSidecar(bridge);
  await back;
  expect(await bridge.request("get_settings")).toMatchObject({
    autostart: true,
    restart: { policy: "always", max: 7 },
  });
});

test("what is asked while the sidecar is away is answered when it is back", async () => {
  const bridge = await makeBridge({ servers: { api: WAITING }, restart: FAST_RESTARTS });
  await bridge.launch();
  const away = untilSidecar(bridge, "restarting");
  killSidecar(bridge);
  await away;
  expect(await bridge.request("start")).toMatchObject({ success: true });
});

test("a request that is under way when the sidecar dies is rejected and says why", async () => {
  const endless = { ...WAITING, port: 0, ready: { log: "never", timeout: 600 } };
  const bridge = await makeBridge({ servers: { api: endless }, restart: FAST_RESTARTS });
  await bridge.launch();
  const starting = next(bridge, "python-server-status", ({ status }) => status === "starting");
  const start = bridge.request("start");
  const rejected = expect(start).rejects.toMatchObject({
    code: -32000,
    message: "the sidecar was ended by SIGKILL before it answered",
  });
  await starting;
  killSidecar(bridge);
  await rejected;
});

test("a launch joins a restart that is under way", async () => {
  const bridge = await makeBridge({ servers: { api: WAITING }, restart: FAST_RESTARTS });
  await bridge.launch();
  const statuses = record(bridge, "python-sidecar-status");
  const away = untilSidecar(bridge, "restarting");
  killSidecar(bridge);
  await away;
  const { serverInfo } = await bridge.launch();
  expect(bridge.sidecarStatus().pid).toBe(serverInfo.pid);
  expect(statuses.map(({ status }) => status)).toEqual(["restarting", "running"]);
});

test("a sidecar that dies again and again is given up, and can be launched afresh", async () => {
  const bridge = await makeBridge({ servers: { api: WAITING }, restart: FAST_RESTARTS });
  await bridge.launch();
  await bridge.request("start"); // so that each sidecar dies while servers are being started again
  const statuses = record(bridge, "python-sidecar-status");
  const failed = untilSidecar(bridge, "failed");
  const stopKilling = bridge.on("python-sidecar-status", ({ status }) => {
    if (status === "running") killSidecar(bridge);
  });
  killSidecar(bridge);
  expect((await failed).message).toMatch(/ended by SIGKILL.*restarted 3 times within 60 s/);
  expect(statuses.filter(({ status }) => status === "restarting")).toHaveLength(3);
  await expect(bridge.request("get_status")).rejects.toMatchObject({ code: -32000 });

  stopKilling();
  await bridge.launch();
  expect(await bridge.request("get_status")).toMatchObject({ status: "stopped" });
});

test("a sidecar that cannot be launched again is tried as often, and the cause is told", async () => {
  const sidecar = await sidecarHere();
  const bridge = await makeBridge({ servers: { api: WAITING }, sidecar, restart: FAST_RESTARTS });
  await bridge.launch();
  sidecar.command = "no-such-python";
  const failed = untilSidecar(bridge, "failed");
  killSidecar(bridge);
  expect((await failed).message).toContain("no program no-such-python");
});

test("closing ends a restart that is waiting", async () => {
  const restart = { max: 5, window: 180, backoff: [600, 1, 600] } as const;
  const bridge = await makeBridge({ servers: { api: WAITING }, restart });
  await bridge.launch();
  const away = untilSidecar(bridge, "restarting");
  killSidecar(bridge);
  await away;
  const waiting = expect(bridge.request("get_status")).rejects.toMatchObject({ code: -32000 });
  await bridge.close();
  await waiting;
  expect(bridge.sidecarStatus()).toEqual({ status: "stopped" });
});
