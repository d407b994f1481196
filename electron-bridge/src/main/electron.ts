/** What Electron itself provides, for whoever leaves it out. Never imports Electron: it may not be there. */
import { createRequire } from "node:module";
import type { AppLike, IpcMainLike, WindowLike } from "./options.js";
import { isOwnPage } from "./trusted-pages.js";

interface ElectronContents extends WindowLike {
  getURL?(): string;
}

interface ElectronModule {
  app: AppLike;
  ipcMain: IpcMainLike;
  webContents: { getAllWebContents(): ElectronContents[] };
}

/** Electron's objects in its main process, else undefined. */
export function electronModule(): ElectronModule | undefined {
  if (process.versions.electron === undefined) return undefined;
  // Some bundlers leave no `import.meta.url`; Electron answers to its name wherever one asks from.
  return createRequire(import.meta.url ?? process.execPath)("electron") as ElectronModule;
}

/** Every live window with a page of the app's own: what servers write is nothing for pages of the web. */
export function ownWindows({ webContents }: ElectronModule): WindowLike[] {
  return webContents
    .getAllWebContents()
    .filter((contents) => !contents.isDestroyed() && isOwnPage(contents.getURL?.() ?? "file:"));
}
