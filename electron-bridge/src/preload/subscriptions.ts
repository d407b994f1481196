/**
 * Who listens to what in one window: one listener of `ipcRenderer` for each channel, however many callbacks
 * there are. Tells main how many characters of log were handled. Hands Electron's event to nobody.
 */
import type { Unsubscribe } from "../shared/api.js";
import {
  LOG_RECEIVED_CHANNEL,
  type NotificationChannel,
  type NotificationPayloads,
} from "../shared/channels.js";
import { Listeners } from "../shared/listeners.js";

/** A listener as `ipcRenderer` takes it: the event comes first. */
export type IpcListener = (event: unknown, ...args: unknown[]) => void;

/** Electron's `ipcRenderer`, as far as it is used. */
export interface IpcRendererLike {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: IpcListener): unknown;
  removeListener(channel: string, listener: IpcListener): unknown;
  /** Without it main cannot know how far this window is behind, and sends it every line. */
  send?(channel: string, ...args: unknown[]): void;
}

/** Every window has one, so that a log is acknowledged once even if two APIs were made. */
const known = new WeakMap<IpcRendererLike, Subscriptions>();

/** The subscriptions of the window that `ipcRenderer` belongs to. */
export function subscriptionsOf(ipcRenderer: IpcRendererLike): Subscriptions {
  const existing = known.get(ipcRenderer);
  if (existing) return existing;
  const made = new Subscriptions(ipcRenderer);
  known.set(ipcRenderer, made);
  return made;
}

/** The callbacks of one window, and its listeners of `ipcRenderer`. */
export class Subscriptions {
  readonly #listeners = new Listeners<NotificationPayloads>();
  readonly #attached = new Map<NotificationChannel, IpcListener>();

  constructor(private readonly ipcRenderer: IpcRendererLike) {
    // For good, callbacks or not: a window that never acknowledged would be sent everything for ever.
    if (ipcRenderer.send) this.#attach("python-log");
  }

  /** Calls `callback` with every payload of `channel` until the returned function is called. */
  add<C extends NotificationChannel>(
    channel: C,
    callback: (payload: NotificationPayloads[C]) => void,
  ): Unsubscribe {
    const remove = this.#listeners.add(channel, callback);
    this.#attach(channel);
    return () => {
      remove();
      if (this.#listeners.count(channel) === 0) this.#detach(channel);
    };
  }

  #attach<C extends NotificationChannel>(channel: C): void {
    if (this.#attached.has(channel)) return;
    const listener: IpcListener = (_event, payload) => {
      this.#listeners.tell(channel, payload as NotificationPayloads[C]);
      if (channel === "python-log") this.#acknowledge(payload as NotificationPayloads["python-log"]);
    };
    this.#attached.set(channel, listener);
    this.ipcRenderer.on(channel, listener);
  }

  #detach(channel: NotificationChannel): void {
    const listener = this.#attached.get(channel);
    const staysForGood = channel === "python-log" && this.ipcRenderer.send !== undefined;
    if (staysForGood || !listener) return;
    this.#attached.delete(channel);
    this.ipcRenderer.removeListener(channel, listener);
  }

  #acknowledge({ text }: NotificationPayloads["python-log"]): void {
    if (text.length > 0) this.ipcRenderer.send?.(LOG_RECEIVED_CHANNEL, text.length);
  }
}
