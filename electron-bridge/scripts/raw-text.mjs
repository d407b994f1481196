/** A plugin for tsdown: `import text from "./file?raw"` gives the file's text, as it does with Vite. */
import { readFile } from "node:fs/promises";

const MARK = "?raw";

/** @returns {import("tsdown").Rolldown.Plugin} */
export function rawText() {
  return {
    name: "raw-text",
    resolveId: {
      order: "pre",
      async handler(source, importer) {
        if (!source.endsWith(MARK)) return null;
        const found = await this.resolve(source.slice(0, -MARK.length), importer, { skipSelf: true });
        if (!found) this.error(`there is no ${source}, which ${importer} imports`);
        // Not the file's own ending, by which others would take it for a style sheet.
        return { id: `\0${found.id}${MARK}`, external: false };
      },
    },
    load: {
      order: "pre",
      async handler(id) {
        if (!id.endsWith(MARK)) return null;
        const path = id.slice(1, -MARK.length);
        this.addWatchFile(path);
        return { code: `export default ${JSON.stringify(await readFile(path, "utf8"))};`, moduleType: "js" };
      },
    },
  };
}
