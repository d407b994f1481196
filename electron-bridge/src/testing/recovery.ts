/** Whether and when a fake server that ended is started again by itself. Knows no server and no timer. */
import type { Settings } from "../shared/generated/protocol.js";

/** Counts the automatic restarts of one server. */
export class Recovery {
  #times: number[] = [];

  constructor(private readonly rules: Settings["restart"]) {}

  /** A client starts it: what was counted is forgotten. */
  reset(): void {
    this.#times = [];
  }

  /** The seconds until it is started again, or why it is not. `clean`: it exited with code 0. */
  decide(clean: boolean): number | "not wanted" | "limit" {
    const { policy, max, window, backoff } = this.rules;
    if (policy === "never" || (policy === "on-failure" && clean)) return "not wanted";
    const now = performance.now();
    this.#times = this.#times.filter((at) => now - at < window * 1000);
    if (this.#times.length >= max) return "limit";
    const [first, factor, longest] = backoff;
    const delay = Math.min(first * factor ** this.#times.length, longest);
    this.#times.push(now);
    return delay;
  }

  /** Why it is given up, for people. */
  explainLimit(name: string): string {
    const { max, window } = this.rules;
    return `${name} was restarted ${max} times within ${window} s and ended again; it is not restarted any more`;
  }
}
