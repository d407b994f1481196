/** The API over a WebSocket that comes and goes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWebPythonServerApi, type WebPythonServerApi } from "../../src/renderer/web.js";
import type { SidecarStatus } from "../../src/shared/api.js";
import { TOPICS } from "../../src/shared/generated/codes.js";
import { FakeWebSidecar } from "../support/fake-web-sidecar.js";
import { nodeWebHost } from "../support/node-web-host.js";
import { expectParams } from "../support/protocol-schema.js";

let sidecar: FakeWebSidecar;
let host: ReturnType<typeof nodeWebHost>;
const apis: WebPythonServerApi[] = [];

beforeEach(async () => {
  sidecar = new FakeWebSidecar({ api: { lines: ["one", "two"] } });
  host = nodeWebHost();
  await sidecar.up();
});

afterEach(async () => {
  for (const api of apis.splice(0)) api.close();
  await sidecar.end();
});

function connect(): WebPythonServerApi {
  const api = createWebPythonServerApi(sidecar.url, host);
  apis.push(api);
  return api;
}

/** Resolves with the state of the sidecar when it is `wanted`; every change is pushed to `seen`. */
function becomes(api: WebPythonServerApi, wanted: SidecarStatus["status"]): Promise<SidecarStatus> {
  return new Promise((resolve) => {
    const off = api.onSidecarStatus((status) => {
      if (status.status !== wanted) return;
      off();
      resolve(status);
    });
  });
}

describe("a connection", () => {
  it("asks for every topic, metrics included, and tells that the sidecar runs", async () => {
    const api = connect();
    expect(await api.getSidecarStatus()).toEqual({ status: "starting" });
    expect(await becomes(api, "running")).toEqual({ status: "running", pid: 4000 });
    const { method, params } = sidecar.asked[0] ?? {};
    expect(method).toBe("initialize");
    expect(params?.notifications).toEqual([...TOPICS]);
    expectParams("initialize", params);
  });

  it("carries requests, their answers, and what the sidecar says meanwhile", async () => {
    const api = connect();
    const told: string[] = [];
    api.onStatusChange((status) => told.push(status.status));
    api.onLog((line) => told.push(line));
    const answer = await api.start("api");
    expect(answer.success).toBe(true);
    expect(told).toEqual(["starting", "one", "two", "running"]);
    expect((await api.getLogs({ name: "api", after: 1 })).entries).toMatchObject([{ seq: 2, line: "two" }]);
    expect(await api.list()).toHaveLength(1);
    for (const { method, params } of sidecar.asked) expectParams(method, params ?? {});
  });

  it("rejects with the code and the data of an error", async () => {
    const api = connect();
    await expect(api.getStatus("ghost")).rejects.toMatchObject({
      name: "WebRequestError",
      code: -32001,
      message: "no server is called 'ghost'; configured: api",
      data: { field: "name" },
    });
  });

  it("is not upset by messages that nobody waits for", async () => {
    const api = connect();
    await becomes(api, "running");
    sidecar.say(JSON.stringify({ jsonrpc: "2.0", id: 99, result: {} }));
    sidecar.say(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32600, message: "x" } }));
    sidecar.say("null");
    sidecar.tell("a-topic-of-tomorrow", {});
    expect((await api.getStatus()).name).toBe("api");
    expect(sidecar.asked.filter((one) => one.method === "initialize")).toHaveLength(1);
  });

  it("is made anew when what comes is no JSON", async () => {
    const api = connect();
    await becomes(api, "running");
    const lost = becomes(api, "restarting");
    sidecar.say("<html>");
    expect((await lost).message).toContain("no sidecar");
    await becomes(api, "running");
  });
});

describe("a connection that was lost", () => {
  it("is opened and initialised again, and the subscriptions go on", async () => {
    const api = connect();
    await becomes(api, "running");
    const told: string[] = [];
    api.onAlert((alert) => told.push(alert.kind));
    const lost = becomes(api, "restarting");
    const back = becomes(api, "running");
    sidecar.cut();
    expect((await lost).message).toMatch(/was lost.*Trying again/);
    await back;
    sidecar.tell("python-server-alert", { name: "api", kind: "unhealthy", message: "m", time: "t" });
    await api.list(); // answered after what was told before
    expect(told).toEqual(["unhealthy"]);
    expect(sidecar.asked.filter((one) => one.method === "initialize")).toHaveLength(2);
  });

  it("tells why, if the sidecar said so", async () => {
    const api = connect();
    await becomes(api, "running");
    const lost = becomes(api, "restarting");
    sidecar.cut(1001, "the sidecar is ending");
    expect((await lost).message).toContain("(the sidecar is ending)");
  });

  it("lets what is asked meanwhile wait for the next one", async () => {
    const api = connect();
    await becomes(api, "running");
    const lost = becomes(api, "restarting");
    await sidecar.down();
    await lost;
    const asked = api.start();
    await sidecar.up();
    host.wake();
    expect((await asked).success).toBe(true);
  });

  it("has a question asked once more, and a command rejected, since it may have been done", async () => {
    const api = connect();
    await becomes(api, "running");
    sidecar.unanswered.add("get_status").add("stop");
    const question = api.getStatus();
    const command = api.stop();
    await sidecar.whenAsked("stop");
    await sidecar.whenAsked("get_status");
    const refused = expect(command).rejects.toMatchObject({
      code: -32000,
      message: expect.stringContaining("before `stop` was answered"),
    });
    sidecar.unanswered.clear();
    sidecar.cut();
    await refused;
    expect((await question).name).toBe("api");
    expect(sidecar.asked.filter((one) => one.method === "stop")).toHaveLength(1);
  });

  it("says that nothing answers when that is so, and comes back by itself", async () => {
    const api = connect();
    await becomes(api, "running");
    const seen: (string | undefined)[] = [];
    const told = new Promise<void>((resolve) => {
      api.onSidecarStatus(({ message }) => {
        seen.push(message);
        if (message?.startsWith("Nothing answers at")) resolve();
      });
    });
    await sidecar.down();
    await told;
    const back = becomes(api, "running");
    await sidecar.up();
    await back;
    expect((await api.list()).length).toBe(1);
  });
});

describe("a page that is not let in", () => {
  it("fails with what to do, rejects at once, and is back when the tab is looked at after signing in", async () => {
    const api = connect();
    await becomes(api, "running");
    const failed = becomes(api, "failed");
    const waiting = expect(becomes(api, "restarting").then(() => api.list())).rejects.toMatchObject({
      code: -32000,
      message: expect.stringContaining("signed out"),
    });
    sidecar.letsIn = false;
    sidecar.cut();
    expect((await failed).message).toContain("Open the link that `sidecar web` printed");
    await waiting;
    await expect(api.list()).rejects.toThrow("signed out");
    sidecar.letsIn = true;
    const back = becomes(api, "running");
    host.wake();
    await back;
    expect(await api.list()).toHaveLength(1);
  });

  it("fails at once when the sidecar closes with a policy violation", async () => {
    const api = connect();
    await becomes(api, "running");
    const failed = becomes(api, "failed");
    sidecar.cut(1008, "your session has ended");
    expect((await failed).message).toBe("The sidecar has ended the connection: your session has ended.");
  });
});

describe("the end", () => {
  it("closes the connection for good: nothing is asked or told any more", async () => {
    const api = connect();
    await becomes(api, "running");
    sidecar.unanswered.add("start");
    const command = api.start();
    await sidecar.whenAsked("start");
    const stopped = becomes(api, "stopped");
    const refused = expect(command).rejects.toMatchObject({ code: -32000 });
    api.close();
    api.close();
    await refused;
    expect((await stopped).message).toContain("closed");
    await expect(api.list()).rejects.toThrow("This page has closed its connection");
    host.wake();
    expect(sidecar.asked.filter((one) => one.method === "initialize")).toHaveLength(1);
  });
});
