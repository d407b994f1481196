/**
 * Tells every live window what happens; a window that is gone, throws, or is slow affects no other.
 * Log lines are gathered for all, and held back from a window that is behind.
 */
import type { NotificationChannel, NotificationPayloads } from "../shared/channels.js";
import type { LogParams } from "../shared/generated/protocol.js";
import { warn } from "./errors.js";
import { LogBatches } from "./log-batches.js";
import { LogFlow } from "./log-flow.js";
import type { WindowLike } from "./options.js";

/** A window that acknowledges, with what has to be undone in the end. */
interface Reader {
  flow: LogFlow;
  forget(): void;
}

/** All windows. */
export class FanOut {
  readonly #windows: () => Iterable<WindowLike>;
  readonly #batches = new LogBatches((batch) => this.#sendLog(batch));
  readonly #readers = new Map<WindowLike, Reader>();

  constructor(windows: () => Iterable<WindowLike>) {
    this.#windows = windows;
  }

  /** Tells everyone; after the lines of the same server that came before. */
  tell<C extends NotificationChannel>(channel: C, payload: NotificationPayloads[C]): void {
    if (channel === "python-log") {
      this.#batches.add(payload as LogParams);
      return;
    }
    if ("name" in payload) this.#batches.flush(payload.name);
    else this.#batches.flushAll();
    for (const window of this.#live()) send(window, channel, payload);
  }

  /** A window has handled so many characters of log. */
  received(sender: unknown, characters: number): void {
    const window = this.#live().find((live) => live === sender);
    if (!window) return;
    for (const gap of this.#reader(window).flow.received(characters)) send(window, "python-log", gap);
  }

  /** Sends what is gathered and listens to no window any more. */
  close(): void {
    this.#batches.flushAll();
    for (const reader of this.#readers.values()) reader.forget();
    this.#readers.clear();
  }

  #sendLog(batch: LogParams): void {
    for (const window of this.#live()) {
      const admitted = this.#reader(window).flow.admit(batch);
      if (admitted) send(window, "python-log", admitted);
    }
  }

  #reader(window: WindowLike): Reader {
    const known = this.#readers.get(window);
    if (known) return known;
    const flow = new LogFlow();
    const onNewPage = () => flow.restart();
    const events = ["did-navigate", "render-process-gone"] as const;
    for (const event of events) window.on?.(event, onNewPage);
    const forget = () => {
      if (isGone(window)) return;
      for (const event of events) window.off?.(event, onNewPage);
    };
    const reader = { flow, forget };
    this.#readers.set(window, reader);
    return reader;
  }

  #live(): WindowLike[] {
    let all: WindowLike[];
    try {
      all = [...this.#windows()];
    } catch (error) {
      warn("the windows could not be listed", error);
      return [];
    }
    const live = all.filter((window) => !isGone(window));
    // One that is not listed any more is gone for us, too: an app may list new objects each time.
    const listed = new Set(live);
    for (const [window, reader] of this.#readers) {
      if (listed.has(window)) continue;
      reader.forget();
      this.#readers.delete(window);
    }
    return live;
  }
}

function isGone(window: WindowLike): boolean {
  try {
    return window.isDestroyed();
  } catch {
    return true; // what is left of an object whose window is gone
  }
}

function send(window: WindowLike, channel: NotificationChannel, payload: unknown): void {
  try {
    window.send(channel, payload);
  } catch (error) {
    // It may have gone since it was asked; that is the way of windows and worth no word.
    if (!isGone(window)) warn(`a window could not be told ${channel}`, error);
  }
}
