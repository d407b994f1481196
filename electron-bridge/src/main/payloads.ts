/**
 * What a window may send on each channel: every key by name, with its type. Whatever is not listed is
 * refused; the values are checked once more by the sidecar. Pure.
 */
import type { InvokeChannel } from "../shared/channels.js";
import { ErrorCode } from "../shared/generated/codes.js";
import { PythonServerError } from "./errors.js";

/** Gives back what may be passed on, or throws; `field` is where the value stands. */
type Check = (value: unknown, field: string) => unknown;

interface Shape {
  keys: Record<string, Check>;
  required?: readonly string[];
  /** The code of an unknown key, and what is said of it. */
  unknown?: readonly [code: number, message: string];
}

const string: Check = (value, field) => typed(value, field, "string", "a text");
const boolean: Check = (value, field) => typed(value, field, "boolean", "true or false");
const number: Check = (value, field) =>
  Number.isFinite(value) ? value : refuse(field, `${field}: should be a number`);
const oneOf =
  (...values: string[]): Check =>
  (value, field) =>
    values.includes(value as string)
      ? value
      : refuse(field, `${field}: should be one of ${values.join(", ")}`);
const numbers: Check = (value, field) =>
  Array.isArray(value)
    ? value.map((item) => number(item, field))
    : refuse(field, `${field}: should be a list of numbers`);
const texts: Check = (value, field) =>
  Object.fromEntries(entriesOf(value, field).map(([key, text]) => [key, string(text, `${field}.${key}`)]));
const object =
  (shape: Shape): Check =>
  (value, field) =>
    checked(value, shape, field);

const name = { name: string };
const force = { ...name, force: boolean, timeout: number };
const restart = object({
  keys: { policy: oneOf("never", "on-failure", "always"), max: number, window: number, backoff: numbers },
});
const changes: Shape = {
  keys: { port: number, host: string, portConflict: oneOf("fail", "next"), autostart: boolean, restart },
  unknown: [
    ErrorCode.NOT_ALLOWED,
    "a window cannot change that, only port, host, portConflict, autostart and restart",
  ],
};

const SHAPES: Record<InvokeChannel, Shape> = {
  "start-python-server": { keys: { ...name, wait: boolean } },
  "stop-python-server": { keys: force },
  "restart-python-server": { keys: { ...force, wait: boolean } },
  "get-python-server-status": { keys: name },
  "list-python-servers": { keys: {} },
  "get-python-server-logs": {
    keys: { ...name, after: number, limit: number, stream: oneOf("stdout", "stderr") },
  },
  "clear-python-server-logs": { keys: name },
  "update-python-server": { keys: { ...name, changes: object(changes) }, required: ["changes"] },
  "get-python-server-metrics": { keys: name },
  "get-python-server-settings": { keys: name },
  "send-python-server-request": {
    keys: {
      ...name,
      method: oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
      path: string,
      headers: texts,
      body: string,
      timeout: number,
    },
    required: ["path"],
  },
};

/**
 * The params for the sidecar, made anew from what a window sent: nothing, the name of a server, or an
 * object. Throws a PythonServerError for everything else.
 */
export function paramsOf(channel: InvokeChannel, payload: readonly unknown[]): Record<string, unknown> {
  const shape = SHAPES[channel];
  const [first, ...more] = payload;
  if (more.length > 0) refuse(undefined, `${channel} takes one argument`);
  const isName = typeof first === "string" && "name" in shape.keys;
  return checked(isName ? { name: first } : (first ?? {}), shape, "");
}

function checked(value: unknown, shape: Shape, field: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, item] of entriesOf(value, field)) {
    const path = field === "" ? key : `${field}.${key}`;
    const check = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (!check) {
      const [code, message] = shape.unknown ?? [ErrorCode.INVALID_PARAMS, "there is no such parameter"];
      throw new PythonServerError(`${path}: ${message}`, code, { field: path });
    }
    // IPC keeps the keys of an object whose values are undefined: to the caller they are absent.
    if (item !== undefined) result[key] = check(item, path);
  }
  for (const key of shape.required ?? []) {
    if (!Object.hasOwn(result, key)) refuse(key, `${key}: is missing`);
  }
  return result;
}

/** The own keys of a plain object; nothing inherited, no class instance, no symbol. */
function entriesOf(value: unknown, field: string): [string, unknown][] {
  const what = field === "" ? "the payload" : field;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(field, `${what}: should be an object`);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm's Object.prototype is as plain as our own.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain || Object.getOwnPropertySymbols(value).length > 0) {
    return refuse(field, `${what}: should be a plain object`);
  }
  return Object.entries(value);
}

function typed(value: unknown, field: string, type: "string" | "boolean", words: string): unknown {
  return typeof value === type ? value : refuse(field, `${field}: should be ${words}`);
}

function refuse(field: string | undefined, message: string): never {
  throw new PythonServerError(message, ErrorCode.INVALID_PARAMS, field ? { field } : undefined);
}
