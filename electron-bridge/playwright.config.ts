/**
 * What a person sees, over a real sidecar and real servers, in the system's Chromium. `web` is the panel
 * on `sidecar web`; `electron` is the demo app, on the double of the `electron` module or, with
 * ELECTRON=real, on Electron itself.
 */
import { defineConfig } from "@playwright/test";

const isCI = Boolean(process.env.CI);

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "build/e2e",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: isCI,
  retries: 0,
  reporter: [["list"]],
  projects: [
    { name: "web", testDir: "tests/e2e/web" },
    { name: "electron", testDir: "tests/e2e/electron" },
  ],
});
