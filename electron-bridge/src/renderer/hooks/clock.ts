/** Clocks that tick while somebody listens and the page is seen. Knows no React. */

/** A clock with one interval. */
class Clock {
  /** How often it has ticked. */
  ticks = 0;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly intervalMs: number) {}

  /** Calls `listener` with every tick until the returned function is called. */
  subscribe(listener: () => void): () => void {
    // A listener of its own for each call, so that each end ends one.
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) {
      document.addEventListener("visibilitychange", this.#seenOrHidden);
      this.#run();
    }
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      document.removeEventListener("visibilitychange", this.#seenOrHidden);
      this.#rest();
    };
  }

  #seenOrHidden = (): void => {
    this.#rest();
    if (document.hidden) return;
    this.#tick();
    this.#run();
  };

  #run(): void {
    if (!document.hidden) this.#timer = setInterval(() => this.#tick(), this.intervalMs);
  }

  #rest(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.ticks += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

const clocks = new Map<number, Clock>();

/** The clock that ticks every `intervalMs`: one for the whole page. */
export function clockOf(intervalMs: number): Clock {
  const known = clocks.get(intervalMs);
  if (known) return known;
  const made = new Clock(intervalMs);
  clocks.set(intervalMs, made);
  return made;
}
