/** Unit tests: Node for what runs in main, jsdom for what runs on a page. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SLOW_MACHINE_MS = 30_000;

export default defineConfig({
  plugins: [react()],
  test: {
    testTimeout: SLOW_MACHINE_MS,
    hookTimeout: SLOW_MACHINE_MS,
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          environment: "node",
          include: ["tests/{documents,main,preload,shared,testing}/**/*.test.ts", "tests/renderer/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "page",
          environment: "jsdom",
          include: ["tests/renderer/{store,hooks,panel}/**/*.test.{ts,tsx}"],
        },
      },
    ],
  },
});
