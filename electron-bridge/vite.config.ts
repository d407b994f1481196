/** Builds the panel as a web page, into the folder that `sidecar web` serves. */
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { bundledLicenses } from "./scripts/bundled-licenses.mjs";
import { compressed } from "./scripts/compressed.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("src/web"),
  base: "./",
  plugins: [react(), tailwindcss(), bundledLicenses(), compressed()],
  build: {
    outDir: here("../sidecar/web/static"),
    emptyOutDir: true,
    target: ["chrome120", "firefox121", "safari17.2"],
    // The page's policy allows `img-src data:`, but a file of its own can be cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000, // the API tab's viewer, which is loaded when it is opened
  },
});
