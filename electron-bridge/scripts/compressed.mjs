/**
 * A Vite plugin that writes each text file of the build once more as `.gz` and `.br` beside it, so that the
 * server sends small files without compressing any.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(css|html|js|json|svg|txt)$/;

/** Below this the headers weigh as much as what is saved. */
const WORTH_IT_BYTES = 1_024;

/** Of 11: the last two levels take 20 times as long for a tenth less, which no loopback notices. */
const BROTLI_LEVEL = 9;

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** @returns {import("vite").Plugin} */
export function compressed() {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && TEXT.test(entry.name));
      await Promise.all(files.map((file) => compress(join(file.parentPath, file.name))));
    },
  };
}

/** @param {string} path */
async function compress(path) {
  const content = await readFile(path);
  if (content.length < WORTH_IT_BYTES) return;
  const [gz, br] = await Promise.all([
    gzipped(content, { level: constants.Z_BEST_COMPRESSION }),
    brotlied(content, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL } }),
  ]);
  await Promise.all([writeFile(`${path}.gz`, gz), writeFile(`${path}.br`, br)]);
}
