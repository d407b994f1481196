/** Those who wait for something that may come: each for a limited time. Knows nothing of what it is. */

interface Waiter<T> {
  resolve: (value: T) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** A waiting room for `T`. */
export class Waiting<T> {
  readonly #waiters = new Set<Waiter<T>>();

  /** Resolves when it comes; rejects with `late()` after `limitSeconds`. */
  wait(limitSeconds: number, late: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(late());
      }, limitSeconds * 1000);
      const waiter: Waiter<T> = { resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  /** It has come. */
  admit(value: T): void {
    for (const { resolve, timer } of this.#waiters) {
      clearTimeout(timer);
      resolve(value);
    }
    this.#waiters.clear();
  }

  /** It will not come. */
  refuse(error: Error): void {
    for (const { reject, timer } of this.#waiters) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiters.clear();
  }
}
