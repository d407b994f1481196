/** Stands in for Electron's `ipcRenderer`: clones what crosses it, notes what was sent, answers as told. */
import { EventEmitter } from "node:events";
import type { IpcListener, IpcRendererLike } from "../../src/preload/index.js";

/** The double, and what a test does with it. */
export class IpcRendererDouble implements IpcRendererLike {
  readonly emitter = new EventEmitter();
  readonly invoked: { channel: string; args: unknown[] }[] = [];
  readonly sent: { channel: string; args: unknown[] }[] = [];
  /** What `invoke` answers, or throws if it is an error. */
  answer: unknown = { success: true };

  async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    this.invoked.push({ channel, args: structuredClone(args) });
    if (!(this.answer instanceof Error)) return structuredClone(this.answer);
    // As Electron does it: nothing but the text of an error crosses.
    throw new Error(`Error invoking remote method '${channel}': ${String(this.answer)}`);
  }

  on(channel: string, listener: IpcListener): this {
    this.emitter.on(channel, listener);
    return this;
  }

  removeListener(channel: string, listener: IpcListener): this {
    this.emitter.removeListener(channel, listener);
    return this;
  }

  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args: structuredClone(args) });
  }

  /** Main tells something. */
  tell(channel: string, payload: unknown): void {
    this.emitter.emit(channel, { sender: "an event that no page may see" }, structuredClone(payload));
  }

  listeners(channel: string): number {
    return this.emitter.listenerCount(channel);
  }
}
