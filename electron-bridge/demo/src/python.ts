/**
 * Where Python is: in a packaged app below `resources`, outside of the asar archive; during
 * development in the virtual environment of this project.
 */
import { app } from "electron";
import type { PythonServerBridgeOptions } from "electron-python-server/main";

const PROJECT = `${__dirname}/../../..`;
const ON_WINDOWS = process.platform === "win32";

const python = app.isPackaged
  ? `${process.resourcesPath}/python/${ON_WINDOWS ? "python.exe" : "bin/python3"}`
  : (process.env["SIDECAR_PYTHON"] ?? `${PROJECT}/.venv/${ON_WINDOWS ? "Scripts/python.exe" : "bin/python"}`);

const code = app.isPackaged ? `${process.resourcesPath}/server` : `${PROJECT}/demo`;

/** Never in the folder of the installation: an update could not replace what is in use. */
const cwd = app.isPackaged ? app.getPath("userData") : PROJECT;

/** How the sidecar is launched. */
export const sidecar: NonNullable<PythonServerBridgeOptions["sidecar"]> = {
  command: python,
  args: ["-m", "sidecar"],
  cwd,
};

/** The FastAPI server of the app. */
export const pythonServer: PythonServerBridgeOptions["servers"][string] = {
  app: "app:app",
  python,
  args: ["--app-dir", code],
  cwd,
  port: Number(process.env["DEMO_PORT"] ?? 8121),
  portConflict: "next",
  autostart: true,
  ready: { http: "/health" },
  restart: { policy: "on-failure" },
};
