/** How often and how fast a sidecar that died is started again. Pure: time is handed in. */

/** The limits, in seconds. */
export interface RestartLimits {
  /** Give up rather than restart more often in `window` seconds. */
  max: number;
  window: number;
  /** The first delay, the factor by which each further one is longer, and the longest. */
  backoff: readonly [first: number, factor: number, longest: number];
}

/** A sidecar that dies more often than this is broken, and another try only hides it. */
export const DEFAULT_RESTARTS: RestartLimits = { max: 5, window: 180, backoff: [0.5, 2, 30] };

/** Counts the restarts of one launch. */
export class RestartBudget {
  readonly #limits: RestartLimits;
  #times: number[] = [];

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** How many restarts there were within the window. */
  get spent(): number {
    return this.#times.length;
  }

  /**
   * The delay before the next restart in seconds, or undefined if there were too many.
   *
   * @param now the present moment on any monotonic clock, in seconds
   */
  next(now: number): number | undefined {
    const { max, window, backoff } = this.#limits;
    this.#times = this.#times.filter((time) => now - time < window);
    if (this.#times.length >= max) return undefined;
    const [first, factor, longest] = backoff;
    const delay = Math.min(longest, first * factor ** this.#times.length);
    this.#times.push(now);
    return delay;
  }
}
