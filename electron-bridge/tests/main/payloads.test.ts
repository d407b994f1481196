/** What a window may send, and what is refused. */
import { describe, expect, test } from "vitest";
import { paramsOf } from "../../src/main/payloads.js";
import { INVOKE_CHANNELS, type InvokeChannel } from "../../src/shared/channels.js";

const CHANNELS = Object.keys(INVOKE_CHANNELS) as InvokeChannel[];

/** What each channel needs at least. */
const LEAST: Partial<Record<InvokeChannel, Record<string, unknown>>> = {
  "update-python-server": { changes: {} },
  "send-python-server-request": { path: "/" },
};

function refusal(channel: InvokeChannel, ...payload: unknown[]): unknown {
  try {
    return paramsOf(channel, payload);
  } catch (error) {
    return error;
  }
}

describe("what the API sends is passed on", () => {
  test.each<[InvokeChannel, unknown, unknown]>([
    ["start-python-server", undefined, {}],
    ["start-python-server", "api", { name: "api" }],
    ["start-python-server", { name: undefined }, {}],
    [
      "stop-python-server",
      { name: "api", force: true, timeout: 0.5 },
      { name: "api", force: true, timeout: 0.5 },
    ],
    ["restart-python-server", "api", { name: "api" }],
    ["list-python-servers", undefined, {}],
    [
      "get-python-server-logs",
      { after: 7, limit: 10, stream: "stderr" },
      { after: 7, limit: 10, stream: "stderr" },
    ],
    [
      "update-python-server",
      { name: "api", changes: { port: 1, host: "::1", portConflict: "next", autostart: true } },
      { name: "api", changes: { port: 1, host: "::1", portConflict: "next", autostart: true } },
    ],
    [
      "update-python-server",
      { changes: { restart: { policy: "always", backoff: [1, 2, 3] } } },
      { changes: { restart: { policy: "always", backoff: [1, 2, 3] } } },
    ],
    [
      "send-python-server-request",
      { method: "POST", path: "/x", headers: { accept: "*/*" }, body: "안녕", timeout: 3 },
      { method: "POST", path: "/x", headers: { accept: "*/*" }, body: "안녕", timeout: 3 },
    ],
  ])("%s with %j", (channel, payload, params) => {
    expect(paramsOf(channel, payload === undefined ? [] : [payload])).toEqual(params);
  });
});

describe.each(CHANNELS)("%s", (channel) => {
  const least = LEAST[channel] ?? {};

  test("refuses an unknown key, one without a value too, and names it", () => {
    for (const value of [1, undefined]) {
      expect(refusal(channel, { ...least, command: value })).toMatchObject({
        code: -32602,
        message: "command: there is no such parameter",
        data: { field: "command" },
      });
    }
  });

  test("refuses what is no plain object", () => {
    class Payload {}
    const inherited = Object.create({ name: "api" });
    for (const payload of [
      [],
      [1],
      7,
      true,
      new Date(),
      new Map(),
      Object.assign(new Payload(), least),
      inherited,
    ]) {
      expect(refusal(channel, payload)).toMatchObject({ code: -32602 });
    }
    expect(refusal(channel, { ...least, [Symbol("name")]: 1 })).toMatchObject({ code: -32602 });
  });

  test("refuses the names that every object inherits", () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const payload = Object.defineProperty({ ...least }, key, { value: { name: "api" }, enumerable: true });
      expect(refusal(channel, payload)).toMatchObject({ code: -32602, data: { field: key } });
    }
  });

  test("refuses a second argument", () => {
    expect(refusal(channel, least, {})).toMatchObject({ code: -32602 });
  });
});

test("a name that is no text is refused", () => {
  for (const name of [1, null, {}, ["api"]]) {
    expect(refusal("stop-python-server", { name })).toMatchObject({
      message: "name: should be a text",
      data: { field: "name" },
    });
  }
});

test("a list has no name, and what is needed has to be there", () => {
  expect(refusal("list-python-servers", "api")).toMatchObject({ code: -32602 });
  expect(refusal("update-python-server", { name: "api" })).toMatchObject({ message: "changes: is missing" });
  expect(refusal("send-python-server-request", {})).toMatchObject({ message: "path: is missing" });
});

test.each(["command", "app", "python", "cwd", "env", "args", "logs", "ready", "handoff"])(
  "a window can never change %s",
  (key) => {
    expect(refusal("update-python-server", { changes: { port: 1, [key]: "x" } })).toMatchObject({
      code: -32003,
      message: `changes.${key}: a window cannot change that, only port, host, portConflict, autostart and restart`,
    });
  },
);

test("values of the wrong type are refused with their place", () => {
  const changes = (value: object) => refusal("update-python-server", { changes: value });
  expect(changes({ port: "80" })).toMatchObject({ data: { field: "changes.port" } });
  expect(changes({ port: Number.NaN })).toMatchObject({ data: { field: "changes.port" } });
  expect(changes({ restart: { policy: "sometimes" } })).toMatchObject({
    data: { field: "changes.restart.policy" },
  });
  expect(changes({ restart: { command: 1 } })).toMatchObject({ data: { field: "changes.restart.command" } });
  expect(changes({ restart: { backoff: [1, "2", 3] } })).toMatchObject({ code: -32602 });
  expect(refusal("send-python-server-request", { path: "/", headers: { a: 1 } })).toMatchObject({
    data: { field: "headers.a" },
  });
});
