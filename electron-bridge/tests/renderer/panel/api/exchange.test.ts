import { describe, expect, it } from "vitest";
import { exchangeWith } from "../../../../src/renderer/panel/api/exchange.js";
import type { PythonServerApi, ServerRequest } from "../../../../src/shared/api.js";
import type { SendRequestResult } from "../../../../src/shared/generated/protocol.js";

const HERE = "http://127.0.0.1:8121";

const refusals = { elsewhere: (other: string) => `not to ${other}`, binary: () => "only text" };

/** An exchange that is answered with `answer`, and what was sent by it. */
function exchangeAnswered(answer: Partial<SendRequestResult> = {}) {
  const sent: ServerRequest[] = [];
  const api: Pick<PythonServerApi, "sendRequest"> = {
    sendRequest: async (request) => {
      sent.push(request);
      return { status: 200, reason: "OK", headers: {}, body: "", durationSeconds: 0.01, ...answer };
    },
  };
  return { sent, exchange: exchangeWith(api, "api", HERE, refusals) };
}

describe("a request of the viewer", () => {
  it("goes through the sidecar, by its path and query", async () => {
    const { sent, exchange } = exchangeAnswered();
    const headers = { accept: "application/json" };
    await exchange(`${HERE}/items/3?q=%EC%82%AC%EA%B3%BC`, { method: "put", headers, body: '{"a":1}' });
    expect(sent).toEqual([
      {
        name: "api",
        method: "PUT",
        path: "/items/3?q=%EC%82%AC%EA%B3%BC",
        headers,
        body: '{"a":1}',
        timeout: 120,
      },
    ]);
  });

  it("goes nowhere else", async () => {
    const { sent, exchange } = exchangeAnswered();
    await expect(exchange("https://example.com/items", {})).rejects.toThrow("not to https://example.com");
    await expect(exchange("http://127.0.0.1:8122/", {})).rejects.toThrow("not to http://127.0.0.1:8122");
    expect(sent).toEqual([]);
  });

  it("carries a form, with the type that the form has", async () => {
    const { sent, exchange } = exchangeAnswered();
    const form = new URLSearchParams({ user: "김", scope: "" });
    await exchange(`${HERE}/token`, { method: "POST", body: form });
    expect(sent[0]?.body).toBe("user=%EA%B9%80&scope=");
    expect(sent[0]?.headers?.["Content-Type"]).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it("keeps the type that the viewer chose", async () => {
    const { sent, exchange } = exchangeAnswered();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await exchange(`${HERE}/token`, { method: "POST", headers, body: new URLSearchParams("a=b") });
    expect(sent[0]?.headers).toEqual(headers);
  });

  it("is refused when it is no text, instead of being damaged", async () => {
    const { sent, exchange } = exchangeAnswered();
    const body = new Uint8Array([0xff, 0xfe, 0x80]);
    await expect(exchange(`${HERE}/upload`, { method: "POST", body })).rejects.toThrow("only text");
    expect(sent).toEqual([]);
  });

  it("comes back as a response, with its address", async () => {
    const { exchange } = exchangeAnswered({
      status: 404,
      reason: "없음",
      headers: { "content-type": "application/json", "x-name": "김" },
      body: '{"detail":"no such item"}',
    });
    const response = await exchange("/items/3", {});
    expect(response.status).toBe(404);
    expect(response.statusText).toBe("없음");
    expect(response.url).toBe(`${HERE}/items/3`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ detail: "no such item" });
  });

  it("comes back with the very bytes of what is no text", async () => {
    const { exchange } = exchangeAnswered({ body: btoa("\x89PNG\xff\0"), encoding: "base64" });
    const response = await exchange("/pixel.png", {});
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0xff, 0]);
  });

  it.each([204, 304])("comes back without a body with the status %d", async (status) => {
    const { exchange } = exchangeAnswered({ status, reason: "" });
    const response = await exchange("/items/3", { method: "DELETE" });
    expect(response.status).toBe(status);
    expect(response.body).toBeNull();
  });
});
