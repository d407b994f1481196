/** Callbacks by topic: who is told what, the same for IPC, for a WebSocket and for a fake. Imports types only. */
import type { Unsubscribe } from "./api.js";

declare function queueMicrotask(callback: () => void): void;

/** Calls `callback`. What it throws is reported as uncaught, and stops nobody else. */
export function callSafely<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): void {
  try {
    callback(...args);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * Tells a caller at once, rather than whoever is told something later.
 *
 * @throws TypeError unless `callback` is a function.
 */
export function expectCallback(topic: PropertyKey, callback: unknown): void {
  if (typeof callback === "function") return;
  throw new TypeError(`a callback for ${String(topic)} is expected, not ${typeof callback}`);
}

interface Subscription {
  callback: (payload: never) => void;
}

/** The callbacks; `Payloads` says what each topic carries. */
export class Listeners<Payloads> {
  readonly #topics = new Map<keyof Payloads, Set<Subscription>>();

  /**
   * Calls `callback` with every payload of `topic` until the returned function is called. The same callback
   * added twice is called twice, and each unsubscribe ends its own.
   */
  add<T extends keyof Payloads>(topic: T, callback: (payload: Payloads[T]) => void): Unsubscribe {
    expectCallback(topic, callback);
    const all = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, all);
    const subscription: Subscription = { callback };
    all.add(subscription);
    return () => void all.delete(subscription);
  }

  /** How many callbacks `topic` has. */
  count(topic: keyof Payloads): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** Tells everyone who listens to `topic`. */
  tell<T extends keyof Payloads>(topic: T, payload: Payloads[T]): void {
    const all = this.#topics.get(topic);
    // A copy: who subscribes meanwhile is told from the next one on, who left meanwhile no more.
    for (const subscription of [...(all ?? [])]) {
      if (all?.has(subscription)) callSafely(subscription.callback, payload as never);
    }
  }

  /** Forgets everyone. */
  clear(): void {
    for (const all of this.#topics.values()) all.clear();
  }
}
