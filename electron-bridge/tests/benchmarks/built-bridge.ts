/**
 * The built package as an Electron app has it, without Electron: main and preload in one process, with an
 * IPC between them that clones what crosses it, as Electron's does, and costs nothing else.
 */
import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PythonServerBridge, ServerSpec, WindowLike } from "../../src/main/index.js";
import type { IpcListener, IpcRendererLike, PythonServerApi } from "../../src/preload/index.js";
import { PROJECT, PYTHON } from "../e2e/fixtures/python.js";
import { IpcMainDouble, OWN_PAGE } from "../support/electron-objects.js";

// What is measured is what apps get, untouched by whatever runs this file.
const require = createRequire(import.meta.url);
const main = require("electron-python-server/main") as typeof import("../../src/main/index.js");
const preload = require("electron-python-server/preload") as typeof import("../../src/preload/index.js");

/** How a sidecar is launched, with a state folder of its own. */
export interface Sidecar {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** Runs `act` with what launches a sidecar, and removes what that kept. */
export async function withSidecar<Result>(act: (sidecar: Sidecar) => Promise<Result>): Promise<Result> {
  const state = await mkdtemp(join(tmpdir(), "bench-bridge-"));
  try {
    const env = { PYTHONPATH: PROJECT, XDG_STATE_HOME: state };
    return await act({ command: PYTHON, args: ["-m", "sidecar"], env });
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** Runs `act` with what a page has as `window.pythonServer`, and closes the bridge behind it. */
export async function withBridge<Result>(
  sidecar: Sidecar,
  servers: Record<string, ServerSpec>,
  act: (api: PythonServerApi) => Promise<Result>,
): Promise<Result> {
  const ipcMain = new IpcMainDouble();
  const told = new EventEmitter();
  const window: WindowLike = {
    send: (channel, ...args) => void told.emit(channel, {}, ...structuredClone(args)),
    isDestroyed: () => false,
  };
  const ipcRenderer: IpcRendererLike = {
    invoke: (channel, ...args) => ipcMain.invoke(channel, ...args),
    send: (channel, ...args) =>
      void ipcMain.emit(channel, { ...OWN_PAGE, sender: window }, ...structuredClone(args)),
    on: (channel, listener: IpcListener) => told.on(channel, listener),
    removeListener: (channel, listener: IpcListener) => told.removeListener(channel, listener),
  };
  const bridge: PythonServerBridge = main.createPythonServerBridge({
    sidecar,
    servers,
    ipcMain,
    webContents: () => [window],
  });
  try {
    await bridge.launch();
    return await act(preload.createPythonServerApi(ipcRenderer));
  } finally {
    await bridge.close();
  }
}
