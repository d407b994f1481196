/** The main process: one window, and the bridge that runs the Python server. */
import { app, BrowserWindow, shell } from "electron";
import { createPythonServerBridge } from "electron-python-server/main";
import { pythonServer, sidecar } from "./python.js";

const PAGE = `${__dirname}/renderer/index.html`;

const bridge = createPythonServerBridge({ sidecar, servers: { api: pythonServer } });

function openWindow(): void {
  const window = new BrowserWindow({
    width: 1100,
    height: 720,
    minWidth: 480,
    show: false,
    webPreferences: {
      preload: require.resolve("electron-python-server/preload/auto"),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  });
  window.once("ready-to-show", () => window.show());
  window.webContents.on("will-navigate", (event) => event.preventDefault());
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (new URL(url).protocol.startsWith("http")) void shell.openExternal(url);
    return { action: "deny" };
  });
  void window.loadFile(PAGE);
}

if (app.requestSingleInstanceLock()) {
  app.on("second-instance", () => BrowserWindow.getAllWindows()[0]?.focus());
  app.on("window-all-closed", () => app.quit());
  app.on("activate", () => BrowserWindow.getAllWindows().length === 0 && openWindow());
  void app.whenReady().then(() => {
    openWindow();
    // A failure is told to the panel as well, which stays open and says what to do.
    bridge.launch().catch((error: Error) => process.stderr.write(`${error.message}\n`));
  });
} else {
  app.quit();
}
