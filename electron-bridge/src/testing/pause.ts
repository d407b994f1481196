/** A wait that can be cut short. Knows nothing of what is waited for. */

/** setTimeout takes no longer one: beyond it, it would fire at once. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** Counts from its making. With 0 seconds it is over at once, without a timer. */
export class Pause {
  /** Resolves to whether the time ran out; `false` if it was cut short. */
  readonly over: Promise<boolean>;
  #settle: (ranOut: boolean) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(seconds: number) {
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (seconds <= 0) this.#settle(true);
    else this.#timer = setTimeout(this.#settle, Math.min(seconds * 1000, LONGEST_MILLISECONDS), true);
  }

  /** Ends it now. */
  cut(): void {
    clearTimeout(this.#timer);
    this.#settle(false);
  }
}
