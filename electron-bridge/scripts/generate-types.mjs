/**
 * Makes the TypeScript of the protocol from `protocol.schema.json`, which the Python side writes from its models.
 *
 * Owns how a schema reads as TypeScript; what the shapes are is decided by the models. With `--check` nothing is
 * written: the exit code is 1 when a file is not what would be written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const FOLDER = new URL("../src/shared/generated/", import.meta.url);
const BANNER = "// Made from protocol.schema.json by `npm run generate`; changes here are lost.\n";
const DEFINED = "#/$defs/";
const OPEN_OBJECT = "Record<string, unknown>";
const NOT_IN_TYPES = new Set(["default", "maxItems", "minItems"]);
const OPTIONS = {
  additionalProperties: false,
  bannerComment: "",
  ignoreMinAndMaxItems: true,
  style: { printWidth: 110 },
};

/** The name that a reference stands for. */
const nameOf = (reference) => reference.slice(DEFINED.length);

/**
 * `node` with the name of a shape wherever it is referred to, so that the generator can neither inline a shape nor
 * number a second one, as it does where a reference carries a description of its own.
 */
function named(node) {
  if (Array.isArray(node)) return node.map(named);
  if (typeof node !== "object" || node === null) return node;
  if (typeof node.$ref === "string") return { tsType: nameOf(node.$ref), description: node.description };
  if (node.prefixItems)
    return { tsType: `[${node.prefixItems.map(word).join(", ")}]`, description: node.description };
  if (node.additionalProperties === true && !node.properties) {
    return { tsType: OPEN_OBJECT, description: node.description };
  }
  const entries = Object.entries(node)
    .filter(([key, value]) => typeof value === "object" || !NOT_IN_TYPES.has(key))
    .map(([key, value]) => [key, named(value)]);
  return Object.fromEntries(entries);
}

/** A shape of one word: what stands in a tuple, in `Methods` or in `Notifications`. */
function word(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.type === "array") return `${word(schema.items)}[]`;
  if (schema.type === "integer") return "number";
  if (["boolean", "null", "number", "string"].includes(schema.type)) return schema.type;
  throw new Error(`no word for ${JSON.stringify(schema)}; teach generate-types.mjs`);
}

/** The type of one shape, with what the models say of it and its keys. */
async function declaration(name, schema) {
  if (schema.type === "object" && !Object.keys(schema.properties ?? {}).length) {
    // What accepts nothing: an empty interface would accept everything.
    return `${comment(schema.description)}export type ${name} = Record<string, never>;`;
  }
  const text = named(schema);
  // The title is the name again; and what a program finds beyond the keys it knows has no type.
  delete text.title;
  if (text.type === "object") text.additionalProperties = false;
  const made = (await compile(text, name, OPTIONS)).trim();
  if (
    !new RegExp(`^export (interface|type) ${name}\\b`, "m").test(made) ||
    made.split("\nexport ").length > 2
  ) {
    throw new Error(`${name} should become one type of that name, but became:\n${made}`);
  }
  return made;
}

/** `/** … *\/` above a declaration or a member. */
const comment = (text, indent = "") => `${indent}/** ${text} */\n`;

function map(name, about, entries) {
  const members = entries.map(([key, summary, type]) => {
    const spelled = /^[A-Za-z_]+$/.test(key) ? key : JSON.stringify(key);
    return `${comment(summary, "  ")}  ${spelled}: ${type};\n`;
  });
  return `${comment(about)}export interface ${name} {\n${members.join("")}}`;
}

/** `protocol.ts`: every shape, and which of them goes with which method, topic and failure. */
async function types({ $defs, methods, notifications, failures }) {
  const declarations = [];
  for (const [name, schema] of Object.entries($defs)) declarations.push(await declaration(name, schema));
  const maps = [
    map(
      "Methods",
      "What each method takes and answers.",
      Object.entries(methods).map(([name, { summary, params, result }]) => [
        name,
        summary,
        `{ params: ${word(params)}; result: ${word(result)} }`,
      ]),
    ),
    map(
      "Notifications",
      "What each notification carries.",
      Object.entries(notifications).map(([topic, { summary, params }]) => [topic, summary, word(params)]),
    ),
    map(
      "FailureData",
      "What comes along with each code of a failure, in `ControlError.data`.",
      Object.entries(failures).map(([code, { summary, data }]) => [
        code,
        summary,
        data ? word(data) : OPEN_OBJECT,
      ]),
    ),
  ];
  return `${BANNER}\n${[...declarations, ...maps].join("\n\n")}\n`;
}

/** `codes.ts`: what a program needs as a value. */
function values({ protocolVersion, errors, methods, notifications }) {
  const list = (names) => `[\n${names.map((name) => `  ${JSON.stringify(name)},\n`).join("")}] as const`;
  const numbers = Object.entries(errors).map(
    ([name, { code, summary }]) => `${comment(summary, "  ")}  ${name}: ${code},\n`,
  );
  const parts = [
    `${comment("The version of the protocol that these types describe.")}export const PROTOCOL_VERSION = ${JSON.stringify(protocolVersion)};`,
    `${comment("The codes that a JSON-RPC error carries.")}export const ErrorCode = {\n${numbers.join("")}} as const;`,
    `${comment("Every topic of notifications.")}export const TOPICS = ${list(Object.keys(notifications))};`,
    `${comment("Every method.")}export const METHODS = ${list(Object.keys(methods))};`,
  ];
  return `${BANNER}\n${parts.join("\n\n")}\n`;
}

function read(name) {
  try {
    return readFileSync(new URL(name, FOLDER), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

const schema = JSON.parse(readFileSync(new URL("protocol.schema.json", FOLDER), "utf8"));
const files = { "protocol.ts": await types(schema), "codes.ts": values(schema) };
for (const [name, wanted] of Object.entries(files)) {
  if (!process.argv.includes("--check")) {
    writeFileSync(new URL(name, FOLDER), wanted);
  } else if (read(name) !== wanted) {
    process.stderr.write(
      `${name} is not what protocol.schema.json says; write it again with: npm run generate\n`,
    );
    process.exitCode = 1;
  }
}
