/**
 * The sample messages of the repository, which the sidecar's own tests read too, fit the schema that the
 * TypeScript types are made from.
 *
 * A file is named `METHOD.request.json`, `METHOD.response.json`, `TOPIC.notification.json` or
 * `error--WHAT.response.json`, with `--VARIANT` before the kind where there are several.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { ErrorCode, METHODS, PROTOCOL_VERSION, TOPICS } from "../../src/shared/generated/codes.js";

interface Shape {
  $ref?: string;
  type?: string;
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: boolean;
}

interface Sample {
  file: string;
  /** The method or topic, or `error`. */
  name: string;
  kind: string;
  message: Record<string, unknown>;
}

const FIXTURES = new URL("../../../tests/contract/fixtures/", import.meta.url);
const SCHEMA_FILE = new URL("../../src/shared/generated/protocol.schema.json", import.meta.url);
const SCHEMA = JSON.parse(readFileSync(SCHEMA_FILE, "utf8"));

// The file holds more than schemas; and the form of a time is told by a pattern beside its `format`.
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(SCHEMA);

const samples: Sample[] = readdirSync(FIXTURES)
  .sort()
  .map((file) => {
    const [stem = "", kind = ""] = file.split(/\.(?=\w+\.json$)|\.json$/);
    const message = JSON.parse(readFileSync(new URL(file, FIXTURES), "utf8"));
    return { file, name: stem.replace(/--.*/, ""), kind, message };
  });
const bodies = samples.filter((sample) => sample.name !== "error");

/** The schema of what a message carries. */
function schemaOf({ name, kind }: Sample): Shape {
  if (kind === "notification") return SCHEMA.notifications[name].params;
  return SCHEMA.methods[name][kind === "request" ? "params" : "result"];
}

/** What a message carries. */
function bodyOf({ kind, message }: Sample): unknown {
  return kind === "response" ? message.result : (message.params ?? {});
}

/** What the schema finds wrong with `value`. */
function faults(schema: Shape, value: unknown): string[] {
  const absolute = schema.$ref ? { $ref: `protocol.schema.json${schema.$ref}` } : schema;
  const check = ajv.compile(
    JSON.parse(JSON.stringify(absolute).replaceAll('"#/', '"protocol.schema.json#/')),
  );
  return check(value) ? [] : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Every object in `value` that has a closed shape, with that shape. */
function* objectsIn(schema: Shape, value: unknown): Generator<[Shape, Record<string, unknown>]> {
  const shape: Shape = schema.$ref ? SCHEMA.$defs[schema.$ref.replace("#/$defs/", "")] : schema;
  if (Array.isArray(value)) {
    for (const item of value) yield* objectsIn(shape.items ?? {}, item);
  } else if (value instanceof Object && shape.properties) {
    const object = value as Record<string, unknown>;
    if (shape.additionalProperties === false) yield [shape, object];
    for (const [key, inner] of Object.entries(shape.properties)) yield* objectsIn(inner, object[key]);
  }
}

/** Every way to break `body` by `change`, which alters one of the objects in it for each of its keys. */
function brokenBodies(
  sample: Sample,
  keysOf: (shape: Shape, object: Record<string, unknown>) => string[],
  change: (object: Record<string, unknown>, key: string) => void,
): { what: string; body: unknown }[] {
  const schema = schemaOf(sample);
  const found: { what: string; body: unknown }[] = [];
  const count = [...objectsIn(schema, bodyOf(sample))].length;
  for (let index = 0; index < count; index++) {
    const [shape, original] = [...objectsIn(schema, bodyOf(sample))][index] ?? [{}, {}];
    for (const key of keysOf(shape, original)) {
      const body = structuredClone(bodyOf(sample));
      const [, object] = [...objectsIn(schema, body)][index] ?? [{}, {}];
      change(object, key);
      found.push({ what: `object ${index}, ${key}`, body });
    }
  }
  return found;
}

const absent = (shape: Shape, object: Record<string, unknown>) =>
  Object.keys(shape.properties ?? {}).filter((key) => !(key in object));

describe.each(bodies)("$file", (sample) => {
  it("is a message of a known method or topic", () => {
    expect(sample.message.jsonrpc).toBe("2.0");
    if (sample.kind !== "response") expect(sample.message.method).toBe(sample.name);
    const known: readonly string[] = sample.kind === "notification" ? TOPICS : METHODS;
    expect(known).toContain(sample.name);
  });

  it("fits the schema", () => {
    expect(faults(schemaOf(sample), bodyOf(sample))).toEqual([]);
  });

  it("no longer fits without a key that is always there", () => {
    const broken = brokenBodies(
      sample,
      (shape) => shape.required ?? [],
      (object, key) => delete object[key],
    );
    for (const { what, body } of broken) expect(faults(schemaOf(sample), body), what).not.toEqual([]);
  });

  it("no longer fits with a key that nobody knows", () => {
    const broken = brokenBodies(
      sample,
      () => ["surprise"],
      (object, key) => {
        object[key] = 1;
      },
    );
    for (const { what, body } of broken) expect(faults(schemaOf(sample), body), what).not.toEqual([]);
  });

  it("no longer fits with null for an absent key", () => {
    const broken = brokenBodies(sample, absent, (object, key) => {
      object[key] = null;
    });
    for (const { what, body } of broken) expect(faults(schemaOf(sample), body), what).not.toEqual([]);
  });
});

describe("the samples together", () => {
  const named = (kind: string) =>
    new Set(samples.filter((sample) => sample.kind === kind).map((sample) => sample.name));

  it("show a request and a response of every method, and every topic", () => {
    expect([...named("request")].sort()).toEqual([...METHODS].sort());
    expect([...named("response")].sort()).toEqual([...METHODS, "error"].sort());
    expect([...named("notification")].sort()).toEqual([...TOPICS].sort());
  });

  it("show every code of an error", () => {
    const errors = samples.filter((sample) => sample.name === "error");
    const shown = errors.map((sample) => (sample.message.error as { code: number }).code);
    expect(new Set(shown)).toEqual(new Set(Object.values(ErrorCode)));
  });

  it("break in many places when they are broken", () => {
    const count = (keysOf: Parameters<typeof brokenBodies>[1]) =>
      bodies.flatMap((sample) => brokenBodies(sample, keysOf, () => undefined)).length;
    expect(count((shape) => shape.required ?? [])).toBeGreaterThan(bodies.length);
    expect(count(() => ["surprise"])).toBeGreaterThan(bodies.length);
    expect(count(absent)).toBeGreaterThan(bodies.length);
  });

  it("answer with the version that the types describe", () => {
    const answer = samples.find((sample) => sample.file === "initialize.response.json");
    expect(answer?.message.result).toMatchObject({ protocolVersion: PROTOCOL_VERSION });
  });
});
