/** The TypeScript that the READMEs show is what the compiler takes, for the package as it is. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const HERE = dirname(fileURLToPath(import.meta.url));
const FENCE = /(?<told><!-- [^\n]* -->\n)?```(?<language>tsx?)\n(?<code>[\s\S]*?)```/g;

/** What a reader of a later snippet has from an earlier one. */
const GIVEN = `
import type { PythonServerBridge } from "electron-python-server/main";
declare global {
  const bridge: PythonServerBridge;
}`;

/** The snippets of a document by a file name that tells their line. Those of the demo are compiled with it. */
function snippets(document: string): [string, string][] {
  const text = readFileSync(join(PACKAGE, document), "utf8");
  return [...text.matchAll(FENCE)]
    .filter(({ groups }) => groups?.told === undefined)
    .map(({ index, groups }) => {
      const line = text.slice(0, index).split("\n").length;
      const name = `${document.replaceAll(/\W+/g, "-")}-line-${line}.${groups?.language}`;
      // Each is a module of its own, also where it imports nothing.
      return [join(HERE, name), `${groups?.code}\nexport {};\n`];
    });
}

/** What the compiler has to say of `files`, which are only in memory. */
function complaints(files: Map<string, string>): string[] {
  const read = ts.readConfigFile(join(PACKAGE, "tests/tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, join(PACKAGE, "tests"));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    if (text === undefined) return getSourceFile(path, ...rest);
    return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  };
  const entries = ["main", "preload", "renderer", "testing"].map((name) => [
    `electron-python-server/${name}`,
    [`${PACKAGE}src/${name}/index.ts`],
  ]);
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options: { ...options, rootDir: PACKAGE, paths: Object.fromEntries(entries) },
    host,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file !== undefined && files.has(file.fileName))
    .map(({ file, messageText }) => {
      const name = file?.fileName.slice(HERE.length + 1);
      return `${name}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
}

it("every snippet compiles", { timeout: 120_000 }, () => {
  const files = new Map(["README.md", "demo/README.md", "../README.md"].flatMap(snippets));
  expect(files.size).toBeGreaterThanOrEqual(8);
  files.set(join(HERE, "given.ts"), GIVEN);
  expect(complaints(files)).toEqual([]);
});

it("a snippet that is wrong is found", { timeout: 120_000 }, () => {
  const wrong = "bridge.lanch();\nexport {};\n";
  const files = new Map([
    [join(HERE, "wrong.ts"), wrong],
    [join(HERE, "given.ts"), GIVEN],
  ]);
  expect(complaints(files)).toEqual([expect.stringContaining("lanch")]);
});
