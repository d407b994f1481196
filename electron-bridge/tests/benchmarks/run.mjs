/**
 * Takes a measure: `node run.mjs NAME [ARGUMENT…]`. What it finds goes to stdout as one JSON text; what the
 * figures mean, and what they have to reach, is in `tests/benchmarks/` of the project.
 */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const [name, ...args] = process.argv.slice(2);
const file = fileURLToPath(new URL(`./${name}.bench.ts`, import.meta.url));
const { module } = await runnerImport(file, { logLevel: "error" });
process.stdout.write(JSON.stringify(await module.measure(...args)));
