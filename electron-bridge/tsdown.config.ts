/** Builds the npm package: main, preload, renderer and testing, each for `import` and for `require`. */
import { defineConfig } from "tsdown";
import { bundledLicenses } from "./scripts/bundled-licenses.mjs";
import { rawText } from "./scripts/raw-text.mjs";

const shared = { outDir: "dist", sourcemap: true, clean: false, target: "es2022" } as const;
const both = { ...shared, format: ["esm", "cjs"] as ("esm" | "cjs")[], fixedExtension: false, dts: true };

export default defineConfig([
  {
    ...both,
    entry: { "main/index": "src/main/index.ts" },
    platform: "node",
    tsconfig: "tsconfig.package.json",
    external: ["electron"],
  },
  {
    ...both,
    entry: { "preload/index": "src/preload/index.ts" },
    platform: "neutral",
    tsconfig: "tsconfig.package.json",
    external: ["electron"],
  },
  {
    // A sandboxed preload can neither be ESM nor require a file: one CommonJS file that has everything.
    ...both,
    format: "cjs",
    entry: { "preload/auto": "src/preload/auto.ts" },
    platform: "neutral",
    tsconfig: "tsconfig.package.json",
    external: ["electron"],
  },
  {
    ...both,
    entry: { "renderer/index": "src/renderer/index.ts" },
    platform: "browser",
    tsconfig: "tsconfig.package.json",
    noExternal: ["swagger-ui-dist"],
    plugins: [rawText(), bundledLicenses()],
    sourcemap: false, // of the API tab's viewer it would be larger than all the rest
  },
  {
    ...both,
    entry: { "testing/index": "src/testing/index.ts" },
    platform: "node",
    tsconfig: "tsconfig.package.json",
  },
  {
    // Run as a program by what testing/index returns: a file of its own beside it.
    ...shared,
    format: "esm",
    fixedExtension: false,
    dts: false,
    entry: { "testing/fake-sidecar-program": "src/testing/fake-sidecar-program.ts" },
    platform: "node",
    tsconfig: "tsconfig.package.json",
  },
]);
