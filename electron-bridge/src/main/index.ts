/**
 * The bridge between an Electron app's main process and the sidecar that runs its Python servers. Puts
 * the parts together; every part is in a file of its own.
 */
import { Console } from "node:console";
import type { SidecarStatus, Unsubscribe } from "../shared/api.js";
import {
  type NotificationChannel,
  type NotificationPayloads,
  SIDECAR_STATUS_CHANNEL,
} from "../shared/channels.js";
import { TOPICS } from "../shared/generated/codes.js";
import type { InitializeResult, Methods } from "../shared/generated/protocol.js";
import { Listeners } from "../shared/listeners.js";
import { Client } from "./client.js";
import { electronModule, ownWindows } from "./electron.js";
import { warn } from "./errors.js";
import { FanOut } from "./fan-out.js";
import { answerWindows } from "./ipc.js";
import type { PythonServerBridgeOptions } from "./options.js";
import { holdQuit } from "./quitting.js";
import { DEFAULT_RESTARTS } from "./restart-budget.js";
import { SidecarKeeper, STOP_LIMIT_MS } from "./sidecar-keeper.js";
import { DEFAULT_SIDECAR } from "./sidecar-process.js";
import { isTrustedSender } from "./trusted-pages.js";

export type * from "../shared/api.js";
export type { NotificationChannel, NotificationPayloads } from "../shared/channels.js";
export type * from "../shared/generated/protocol.js";
export { PythonServerError, SIDECAR_UNAVAILABLE } from "./errors.js";
export type {
  AppLike,
  IpcEventLike,
  IpcMainLike,
  PythonServerBridgeOptions,
  SidecarCommand,
  WindowLike,
} from "./options.js";
export type { RestartLimits } from "./restart-budget.js";

/** Runs the sidecar, answers the windows, and tells them what happens. */
export interface PythonServerBridge {
  /**
   * Launches the sidecar and resolves when it is ready; joins a launch under way, and answers at once
   * when it runs. After `failed` it starts afresh. Rejects with a PythonServerError that says what to do,
   * and after `close()`.
   */
  launch(): Promise<InitializeResult>;
  /**
   * Stops every server, ends the sidecar and takes back every handler and listener. Resolves when the
   * sidecar is gone, within some 20 s. For good: another bridge may follow.
   */
  close(): Promise<void>;
  /**
   * Asks the sidecar. Rejects with a PythonServerError with the `code` and `data` of the answer, or with
   * code -32000 when there is nobody to ask: at once before `launch()`, after `close()` or `failed`. While the
   * sidecar is being launched or restarted it waits for that, 15 s at most. A request that is under way
   * when the sidecar dies is not repeated.
   */
  request<M extends keyof Methods>(method: M, params?: Methods[M]["params"]): Promise<Methods[M]["result"]>;
  request(method: string, params?: unknown): Promise<unknown>;
  /**
   * Calls `listener` with everything of `topic`, log lines as they come from the sidecar. What it throws
   * is reported as a warning of the process, and disturbs nobody.
   */
  on<T extends NotificationChannel>(
    topic: T,
    listener: (payload: NotificationPayloads[T]) => void,
  ): Unsubscribe;
  /** The state of the sidecar at this moment. */
  sidecarStatus(): SidecarStatus;
}

/**
 * Makes the bridge, and answers the windows from then on; `launch()` launches the sidecar. In Electron
 * `ipcMain`, `app` and the windows are Electron's own unless given; under plain Node there are none.
 */
export function createPythonServerBridge(options: PythonServerBridgeOptions): PythonServerBridge {
  const electron = electronModule();
  const ipcMain = options.ipcMain ?? electron?.ipcMain;
  const app = options.app ?? electron?.app;
  const windows = options.webContents ?? (() => (electron ? ownWindows(electron) : []));

  const listeners = new Listeners<NotificationPayloads>();
  const fanOut = new FanOut(windows);
  const tell = <C extends NotificationChannel>(channel: C, payload: NotificationPayloads[C]) => {
    listeners.tell(channel, payload);
    fanOut.tell(channel, payload);
  };

  const keeper: SidecarKeeper = new SidecarKeeper({
    restart: options.restart ?? DEFAULT_RESTARTS,
    launch: () => ({
      command: options.sidecar ?? DEFAULT_SIDECAR,
      initialize: { protocolVersion: "1", servers: client.specs.servers, notifications: [...TOPICS] },
      onNotification(topic, params) {
        client.told(topic, params);
        if (isTopic(topic)) tell(topic, params as NotificationPayloads[typeof topic]);
      },
      log: options.log ?? passOn,
    }),
    onStatus(status) {
      if (status.status === "starting" || status.status === "stopped") client.forgetRunning();
      tell(SIDECAR_STATUS_CHANNEL, status);
    },
    restore: (sidecar) => client.restore(sidecar),
  });
  const client: Client = new Client(options.servers, keeper);
  const request = (method: string, params?: unknown) => client.request(method, params);

  const undo = [
    ipcMain &&
      answerWindows(ipcMain, {
        allowSender: options.allowSender ?? isTrustedSender,
        request,
        sidecarStatus: () => keeper.status,
        received: (window, characters) => fanOut.received(window, characters),
      }),
    app && holdQuit(app, { isUp: () => keeper.isUp, stop: () => keeper.stop(), limitMs: STOP_LIMIT_MS }),
  ];

  return {
    launch: () => keeper.launch(),
    async close() {
      for (const take of undo.splice(0)) take?.();
      await keeper.close();
      fanOut.close();
      listeners.clear();
    },
    request,
    on: (topic, listener) =>
      listeners.add(topic, (payload) => {
        try {
          listener(payload);
        } catch (error) {
          warn(`a listener of ${topic} threw`, error);
        }
      }),
    sidecarStatus: () => keeper.status,
  };
}

function isTopic(name: string): name is (typeof TOPICS)[number] {
  return (TOPICS as readonly string[]).includes(name);
}

/** Not `process.stderr.write`: where the terminal is gone, a failure of that ends the app. */
const stderr = new Console({ stdout: process.stderr, ignoreErrors: true });

function passOn(line: string): void {
  stderr.log("%s", line);
}
