/** What an app hands to the bridge, Electron's objects included, as far as they are used. Types alone. */
import type { ServerSpec } from "../shared/generated/protocol.js";
import type { RestartLimits } from "./restart-budget.js";

/** The program that is the sidecar. */
export interface SidecarCommand {
  /** A program of `PATH` or a path. */
  command: string;
  args: string[];
  /** The folder that relative paths in `servers` start from; by default the app's own. */
  cwd?: string;
  /** Variables on top of the app's own environment. */
  env?: Record<string, string>;
}

/** A window, or anything else that is told: Electron's `WebContents`. */
export interface WindowLike {
  send(channel: string, ...args: unknown[]): void;
  isDestroyed(): boolean;
  /** Only these two are listened to: a new page starts with nothing unread. */
  on?(event: "did-navigate" | "render-process-gone", listener: () => void): unknown;
  off?(event: "did-navigate" | "render-process-gone", listener: () => void): unknown;
}

/** Who sent an IPC message: of Electron's `IpcMainEvent` and `IpcMainInvokeEvent`, what is looked at. */
export interface IpcEventLike {
  readonly sender?: unknown;
  /** null when the frame has gone meanwhile. Without it the address is `sender.getURL()`, if there is that. */
  readonly senderFrame?: { readonly url: string; readonly parent?: unknown } | null;
}

/** Electron's `ipcMain`. */
export interface IpcMainLike {
  handle(channel: string, listener: (event: IpcEventLike, ...args: unknown[]) => unknown): unknown;
  removeHandler?(channel: string): unknown;
  on?(channel: string, listener: (event: IpcEventLike, ...args: unknown[]) => void): unknown;
  removeListener?(channel: string, listener: (event: IpcEventLike, ...args: unknown[]) => void): unknown;
}

/** Electron's `app`. */
export interface AppLike {
  on(event: "before-quit", listener: (event: { preventDefault(): void }) => void): unknown;
  removeListener?(event: "before-quit", listener: (event: { preventDefault(): void }) => void): unknown;
  quit(): unknown;
}

/** What `createPythonServerBridge` takes. */
export interface PythonServerBridgeOptions {
  /** By default `python3 -m sidecar` (`python -m sidecar` on Windows), found on `PATH`. */
  sidecar?: SidecarCommand;
  /** The servers, by name. Only the main process can name a command, a path or a variable. */
  servers: Record<string, ServerSpec>;
  /** By default Electron's own; outside Electron none, and then no window can ask anything. */
  ipcMain?: IpcMainLike;
  /** By default Electron's own; outside Electron none, and then quitting is the app's affair. */
  app?: AppLike;
  /** Who is told of what happens; by default every live window of Electron whose page is trusted. */
  webContents?: () => Iterable<WindowLike>;
  /**
   * Whether a page may control the servers. By default the main frame of a window, if its page comes
   * from a file, a protocol of the app's own, or this very machine.
   */
  allowSender?: (event: IpcEventLike) => boolean;
  /** How often and how fast a sidecar that died is restarted; by default 5 times in 180 s, 0.5 s to 30 s apart. */
  restart?: RestartLimits;
  /** Takes what the sidecar says on its stderr, line by line; by default it is passed on to stderr. */
  log?: (line: string) => void;
}
