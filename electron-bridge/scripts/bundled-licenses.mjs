/** A plugin for Vite and tsdown: what is bundled in keeps its licence beside it. */
import { readFile } from "node:fs/promises";

const BUNDLED = "node_modules/swagger-ui-dist";
const TEXTS = ["NOTICE", "LICENSE"].map((name) => new URL(`../${BUNDLED}/${name}`, import.meta.url));

/** @returns {import("vite").Plugin & import("tsdown").Rolldown.Plugin} */
export function bundledLicenses() {
  return {
    name: "bundled-licenses",
    async generateBundle() {
      const texts = await Promise.all(TEXTS.map((text) => readFile(text, "utf8")));
      this.emitFile({ type: "asset", fileName: "swagger-ui-LICENSE.txt", source: texts.join("\n") });
    },
  };
}
