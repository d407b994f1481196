/** Doubles of Electron's objects as far as the bridge uses them; events are Node's own. */
import { EventEmitter } from "node:events";
import type { IpcEventLike, IpcMainLike, WindowLike } from "../../src/main/options.js";

type Handler = (event: IpcEventLike, ...args: unknown[]) => unknown;

/** A page of the app's own, as sender. */
export const OWN_PAGE: IpcEventLike = { senderFrame: { url: "file:///app/index.html", parent: null } };

/** `ipcMain`, that refuses a second handler as Electron's does. */
export class IpcMainDouble extends EventEmitter implements IpcMainLike {
  readonly handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  /** What `ipcRenderer.invoke` of a page leads to; payloads are cloned on their way. */
  async invoke(channel: string, ...payload: unknown[]): Promise<unknown> {
    return this.invokeFrom(OWN_PAGE, channel, ...structuredClone(payload));
  }

  async invokeFrom(event: IpcEventLike, channel: string, ...payload: unknown[]): Promise<unknown> {
    const handler = this.handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return structuredClone(await handler(event, ...payload));
  }
}

/** `app`: `quit` asks `before-quit`, and has quit if nobody prevented it. */
export class AppDouble extends EventEmitter {
  quits = 0;
  asked = 0;

  quit(): void {
    let prevented = false;
    this.asked += 1;
    this.emit("before-quit", { preventDefault: () => (prevented = true) });
    if (prevented) return;
    this.quits += 1;
    this.emit("quit");
  }
}

/** A window that keeps what it was sent, cloned as on its way to a page. */
export class WindowDouble extends EventEmitter implements WindowLike {
  readonly received: [channel: string, payload: unknown][] = [];
  destroyed = false;

  send(channel: string, payload: unknown): void {
    this.received.push([channel, structuredClone(payload)]);
    this.emit("received", channel, payload);
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  /** What came on one channel. */
  told<T>(channel: string): T[] {
    return this.received.filter(([name]) => name === channel).map(([, payload]) => payload as T);
  }
}
