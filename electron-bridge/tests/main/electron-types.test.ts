/** Electron's own objects can be handed to the bridge. Checked by the compiler. */
import type { App, IpcMain, IpcMainInvokeEvent, WebContents } from "electron";
import { expectTypeOf, test } from "vitest";
import type { AppLike, IpcEventLike, IpcMainLike, WindowLike } from "../../src/main/index.js";

test("ipcMain, app, webContents and the events of IPC are what the bridge takes", () => {
  expectTypeOf<IpcMain>().toExtend<IpcMainLike>();
  expectTypeOf<App>().toExtend<AppLike>();
  expectTypeOf<WebContents>().toExtend<WindowLike>();
  expectTypeOf<IpcMainInvokeEvent>().toExtend<IpcEventLike>();
});
