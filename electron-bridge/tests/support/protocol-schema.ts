/** Whether a message is one of the protocol: the schema made from the sidecar's models judges it. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import schema from "../../src/shared/generated/protocol.schema.json" with { type: "json" };

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(schema, "protocol");

const made = new Map<string, ValidateFunction>();

function judge(pointer: string, value: unknown): void {
  const validate = made.get(pointer) ?? ajv.compile({ $ref: `protocol#${pointer}` });
  made.set(pointer, validate);
  expect(validate(value), `${pointer}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`).toBe(
    true,
  );
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** Fails unless `params` is what a notification of `topic` carries. */
export function expectNotification(topic: string, params: unknown): void {
  judge(`/notifications/${escaped(topic)}/params`, params);
}

/** Fails unless `result` is what `method` answers. */
export function expectResult(method: string, result: unknown): void {
  judge(`/methods/${escaped(method)}/result`, result);
}

/** Fails unless `params` is what `method` takes. */
export function expectParams(method: string, params: unknown): void {
  judge(`/methods/${escaped(method)}/params`, params);
}
