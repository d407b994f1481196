/** Builds the main process of the demo to one CommonJS file. */
import { defineConfig } from "tsdown";

export default defineConfig({
  cwd: import.meta.dirname,
  entry: { main: "src/main.ts" },
  outDir: "dist",
  format: "cjs",
  platform: "node",
  target: "es2022",
  clean: false,
  dts: false,
  external: ["electron", /^electron-python-server/],
});
