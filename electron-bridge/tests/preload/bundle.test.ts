/**
 * The preload as a sandboxed window loads it: one CommonJS file, run with a `require` that knows Electron and
 * nothing else, as the sandbox has it.
 */
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { IpcRendererDouble } from "./ipc-renderer-double.js";

const PRELOAD = fileURLToPath(new URL("../../src/preload/", import.meta.url));

/** The source of one entry, bundled. */
async function bundled(entry: string): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      lib: { entry: `${PRELOAD}${entry}`, formats: ["cjs"], fileName: "preload" },
      rollupOptions: { external: ["electron"] },
    },
  });
  const [first] = [output].flat();
  if (!first || !("output" in first) || first.output.length !== 1) throw new Error("one file was expected");
  return first.output[0].code;
}

/** Runs a preload and returns what it exposed, by key. */
function run(code: string, process: object = { contextIsolated: true }) {
  const exposed: Record<string, unknown> = {};
  const ipcRenderer = new IpcRendererDouble();
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown) => {
      exposed[key] = api;
    },
  };
  const required: string[] = [];
  const require = (id: string) => {
    required.push(id);
    if (id === "electron") return { contextBridge, ipcRenderer };
    throw new Error(`module not found: ${id}`);
  };
  const module = { exports: {} as Record<string, (...args: unknown[]) => unknown> };
  const context = vm.createContext({
    require,
    module,
    exports: module.exports,
    process,
    queueMicrotask,
    console,
  });
  vm.runInContext(code, context);
  return {
    exposed,
    required,
    ipcRenderer,
    exports: module.exports,
    page: context as Record<string, unknown>,
  };
}

describe("the bundled preload", () => {
  let auto: string;
  let library: string;

  beforeAll(async () => {
    [auto, library] = await Promise.all([bundled("auto.ts"), bundled("index.ts")]);
  });

  it("exposes window.pythonServer when it is the ready file", () => {
    const { exposed, required } = run(auto);
    expect(Object.keys(exposed)).toEqual(["pythonServer"]);
    expect(required).toEqual(["electron"]);
  });

  it("exposes nothing, and requires nothing, when it is only imported", () => {
    const { exposed, required, ipcRenderer, exports } = run(library);
    expect(exposed).toEqual({});
    expect(required).toEqual([]);
    expect(ipcRenderer.emitter.eventNames()).toEqual([]);
    expect(Object.keys(exports).sort()).toEqual(["createPythonServerApi", "exposePythonServer"]);
  });

  it("exposes plain functions only, under the key that was asked for", () => {
    const { exposed, exports } = run(library);
    exports.exposePythonServer?.("servers");
    const api = exposed.servers as object;
    expect(Object.values(api).every((member) => typeof member === "function")).toBe(true);
    expect(Object.keys(api)).not.toContain("invoke");
    expect(Object.keys(api)).toContain("onStatusChange");
  });

  it("is put on the page itself where contexts are not isolated", () => {
    const { exposed, page } = run(auto, { contextIsolated: false });
    expect(exposed).toEqual({});
    expect(page.pythonServer).toHaveProperty("start");
  });

  it("says what to do where Electron cannot be required", () => {
    const { exports, page } = run(library);
    page.require = () => {
      throw new Error("require is not defined");
    };
    expect(() => exports.exposePythonServer?.()).toThrow(/import it there and call contextBridge/);
  });
});
