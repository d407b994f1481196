/** How to run the fake sidecar: the `sidecar` option of a bridge. The program itself is a file beside this. */
import { type FakeSidecarScript, SCRIPT_VARIABLE } from "./script.js";

/** A command as `createPythonServerBridge({ sidecar })` takes it. */
export interface FakeSidecarCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * A sidecar that is a real process but no Python: it speaks the protocol, runs nothing, and behaves as
 * `script` says.
 *
 * @example
 * const bridge = createPythonServerBridge({
 *   sidecar: createFakeSidecar({ servers: { api: { startFails: "PORT_IN_USE" } } }),
 *   servers: { api: { app: "myserver.main:app" } },
 * });
 *
 * @param script How it behaves; anything that JSON can hold.
 * @param program Where its program is, if a bundler has moved this module away from it.
 */
export function createFakeSidecar(script: FakeSidecarScript = {}, program?: string): FakeSidecarCommand {
  return {
    command: process.execPath,
    args: [program ?? fileBesideThis("fake-sidecar-program.js")],
    // Electron's own executable is Node, if it is told so.
    env: { [SCRIPT_VARIABLE]: JSON.stringify(script), ELECTRON_RUN_AS_NODE: "1" },
  };
}

function fileBesideThis(name: string): string {
  // Not imported: a page that uses the fakes without a process could not be bundled any more.
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  return fileURLToPath(new URL(name, import.meta.url));
}
