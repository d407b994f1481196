/** The fake sidecar of `testing` as a program: built for the tests, since Node runs no TypeScript. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll } from "vitest";
import { createFakeSidecar, type FakeSidecarCommand } from "../../src/testing/fake-sidecar.js";
import type { FakeSidecarScript } from "../../src/testing/script.js";

const ENTRY = fileURLToPath(new URL("../../src/testing/fake-sidecar-program.ts", import.meta.url));

let program: Promise<string> | undefined;
let outDir: string | undefined;

afterAll(() => {
  if (outDir) rmSync(outDir, { recursive: true, force: true });
});

/** The `sidecar` option of a bridge: a fake that behaves as `script` says. */
export async function builtFakeSidecar(script: FakeSidecarScript = {}): Promise<FakeSidecarCommand> {
  program ??= buildProgram();
  return createFakeSidecar(script, await program);
}

async function buildProgram(): Promise<string> {
  outDir = mkdtempSync(join(tmpdir(), "fake-sidecar-"));
  const rollupOptions = { output: { format: "es" as const, entryFileNames: "program.mjs" } };
  await build({ configFile: false, logLevel: "silent", build: { ssr: ENTRY, outDir, rollupOptions } });
  return join(outDir, "program.mjs");
}
