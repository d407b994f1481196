/**
 * Where Python is: in a packaged app below `resources`, outside of the asar archive; during
 * development in the virtual environment of this project.
 */
import { app } from "electron";
import type { PythonServerBridgeOptions } from "electron-python-server/main";

const PROJECT = `${__dirname}/../../..`;
const BIN = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";

const python = app.isPackaged
  ? `${process.resourcesPath}/python/${BIN}`
  : (process.env["SIDECAR_PYTHON"] ?? `${PROJECT}/.venv/${BIN}`);

/** How the sidecar is launched. */
export const sidecar: NonNullable<PythonServerBridgeOptions["sidecar"]> = {
  command: python,
  args: ["-m", "sidecar"],
  cwd: app.isPackaged ? process.resourcesPath : PROJECT,
};

/** The FastAPI server of the app. */
export const pythonServer: PythonServerBridgeOptions["servers"][string] = {
  app: "app:app",
  python,
  cwd: app.isPackaged ? `${process.resourcesPath}/server` : `${PROJECT}/demo`,
  port: Number(process.env["DEMO_PORT"] ?? 8121),
  portConflict: "next",
  autostart: true,
  ready: { http: "/health" },
  restart: { policy: "on-failure" },
};
