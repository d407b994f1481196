/** The fake sidecar as a process: it speaks the protocol, and misbehaves as its script says. */
import { afterEach, describe, expect, it } from "vitest";
import type { Framing } from "../../src/testing/framing.js";
import type { FakeSidecarScript } from "../../src/testing/script.js";
import { builtFakeSidecar } from "../support/built-fake-sidecar.js";
import { expectNotification, expectResult } from "../support/protocol-schema.js";
import { SidecarClient } from "./sidecar-client.js";

const clients: SidecarClient[] = [];

async function run(script?: FakeSidecarScript, framing?: Framing): Promise<SidecarClient> {
  const client = new SidecarClient(await builtFakeSidecar(script), framing);
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.child.kill("SIGKILL");
    await client.exited;
  }
});

describe.each(["content-length", "ndjson"] as const)("a fake sidecar that is spoken to in %s", (framing) => {
  it("answers and tells what the protocol says, and ends with its stdin", async () => {
    const client = await run({}, framing);
    const spec = { app: "myserver.main:app", port: 9100 };
    const initialized = await client.ask("initialize", { servers: { api: spec } });
    expectResult("initialize", initialized.result);
    expect(initialized.result).toMatchObject({ servers: [{ name: "api", port: 9100, status: "stopped" }] });
    const started = await client.ask("start");
    expectResult("start", started.result);
    expect(started.result).toMatchObject({ success: true, status: { port: 9100 } });
    const topics = client.messages.flatMap(({ method, params }) => {
      if (method === undefined) return [];
      expectNotification(method, params);
      return [method];
    });
    expect(topics).toEqual([
      "python-server-status",
      "python-log",
      "python-server-status",
      "python-server-ready",
    ]);
    expect(await client.end()).toBe(0);
    expect(client.told("python-server-stopped")).toMatchObject([{ name: "api", expected: true }]);
  });

  it("answers shutdown before it exits", async () => {
    const client = await run({ servers: { api: { running: true } } }, framing);
    expect((await client.ask("shutdown")).result).toBe(null);
    expect((await client.exited)[0]).toBe(0);
  });
});

describe("what a client asks", () => {
  it("is refused as a sidecar refuses it", async () => {
    const client = await run({ servers: { api: {} } });
    expect((await client.ask("get_status", { name: "ghost" })).error?.code).toBe(-32001);
    expect((await client.ask("make_coffee")).error?.code).toBe(-32601);
    client.write("{");
    client.write("[]");
    client.write("5");
    await client.ask("list_servers");
    const codes = client.messages.filter((one) => one.id === null).map((one) => one.error?.code);
    expect(codes).toEqual([-32700, -32600, -32600]);
  });

  it("may come as a batch", async () => {
    const client = await run({ servers: { api: {} } });
    const request = { jsonrpc: "2.0", method: "get_status" };
    client.write(JSON.stringify([{ ...request, id: 7 }, request]));
    const answers = await client.first((message) => Array.isArray(message));
    expect(answers).toMatchObject([{ id: 7, result: { name: "api" } }]);
  });

  it("brings servers, which take on the script of their name", async () => {
    const client = await run({ servers: { api: { startFails: "PORT_IN_USE" } } });
    await client.ask("initialize", { servers: { api: { port: 9200 }, worker: { autostart: true } } });
    const refused = await client.ask("start", { name: "api" });
    expect(refused.result).toMatchObject({
      success: false,
      error: { code: "PORT_IN_USE", data: { port: 9200 } },
    });
    await client.first(({ method, params }) => method === "python-server-ready" && params?.name === "worker");
  });

  it("picks the topics, metrics among them", async () => {
    const client = await run({ servers: { api: { running: true } } });
    await client.ask("initialize", { notifications: ["python-server-metrics"] });
    await client.ask("restart");
    const metrics = await client.first((message) => message.method !== undefined);
    expect(metrics.method).toBe("python-server-metrics");
    expectNotification("python-server-metrics", metrics.params);
  });
});

describe("a script", () => {
  it("leaves a method unanswered while others are answered", async () => {
    const client = await run({ servers: { api: {} }, hangs: ["start"] });
    const id = client.post("start");
    expect((await client.ask("get_status")).result).toMatchObject({ status: "stopped" });
    expect(client.messages.some((message) => message.id === id)).toBe(false);
  });

  it("has it die when it is asked to stop", async () => {
    const client = await run({ servers: { api: { running: true } }, diesOn: ["stop"] });
    await client.ask("get_status");
    client.post("stop");
    expect((await client.exited)[0]).toBe(1);
  });

  it("has it die again and again", async () => {
    for (let time = 0; time < 2; time++) {
      const client = await run({ diesAfterSeconds: 0.05 });
      await client.ask("initialize");
      expect((await client.exited)[0]).toBe(1);
    }
  });

  it("answers a method with an error", async () => {
    const client = await run({
      errors: { initialize: { code: -32602, message: "no", data: { field: "x" } } },
    });
    const { error } = await client.ask("initialize");
    expect(error).toEqual({ code: -32602, message: "no", data: { field: "x" } });
  });

  it("has it write what is no message, and go on", async () => {
    const client = await run({ servers: { api: {} }, garbage: true });
    expect((await client.ask("get_status")).result).toMatchObject({ name: "api" });
    expect(client.garbage[0]).toContain("this is no JSON");
    expect(client.messages.find((message) => message.method === "a-defect")?.params).toEqual([
      "\uFFFD\uFFFD\uFFFD(",
    ]);
  });

  it("has a server print what is hard to show", async () => {
    const client = await run({ servers: { api: { badUtf8: true, lines: [] } } });
    await client.ask("start");
    const text = client.told("python-log").map((params) => params.text);
    expect(text.join("\n")).toContain("caf\uFFFD");
    for (const params of client.told("python-log")) expectNotification("python-log", params);
  });

  it("has a server flood, and every line has its number", async () => {
    const client = await run({ servers: { api: { floodLinesPerSecond: 500_000, lines: [] } } });
    await client.ask("start");
    await client.first(({ params }) => Number(params?.seq) > 50_000);
    let next = 1;
    for (const { seq, count, dropped = 0 } of client.told("python-log") as Record<string, number>[]) {
      expect(seq).toBe(next + dropped);
      next = (seq ?? 0) + (count ?? 0);
    }
  });

  it("keeps it alive when it should end", async () => {
    const client = await run({ servers: { api: {} }, staysAlive: true });
    await client.ask("get_status");
    client.child.kill("SIGTERM");
    expect((await client.ask("get_status")).result).toMatchObject({ name: "api" });
    client.child.kill("SIGKILL");
    expect((await client.exited)[1]).toBe("SIGKILL");
  });
});
