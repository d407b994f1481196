/**
 * `npm run e2e:electron`: the end-to-end tests of the demo app on Electron itself instead of its double. What
 * follows `--` is handed to Playwright. A script, since npm scripts cannot set a variable on every platform.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const playwright = createRequire(import.meta.url).resolve("@playwright/test/cli");
const { status } = spawnSync(
  process.execPath,
  [playwright, "test", "--project=electron", ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, ELECTRON: "real" } },
);
process.exitCode = status ?? 1;
