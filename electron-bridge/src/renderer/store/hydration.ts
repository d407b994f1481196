/**
 * What a page asks when it opens, and again whenever another sidecar has taken over: the servers, and the
 * lines that are still held. What is told meanwhile is not lost: lines are reconciled by their numbers,
 * and a status that follows the list is newer than it.
 */
import type { PythonServerApi } from "../../shared/api.js";
import type { PythonServerState } from "./state.js";

/** The newest lines of each server that a page begins with; earlier ones can be loaded. */
export const FIRST_LINES = 2_000;

/** How long after a failed attempt the next one follows: the first, and the longest. */
const RETRY_MS = { first: 500, longest: 10_000 };

/** What hydration does to the store. */
export interface HydrationTarget {
  getState(): PythonServerState;
  /** Takes the list of servers in. */
  takeServers(servers: Awaited<ReturnType<PythonServerApi["list"]>>): void;
  /** Told when the page cannot learn what there is, and why. */
  tellTrouble(message: string): void;
}

/** Asks, and asks again after a failure, until it is answered or stopped. */
export class Hydration {
  readonly #api: PythonServerApi;
  readonly #target: HydrationTarget;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: PythonServerApi, target: HydrationTarget) {
    this.#api = api;
    this.#target = target;
  }

  /** Begins anew; what an earlier beginning still learns is ignored. */
  begin(): void {
    this.stop();
    void this.#run(this.#attempt, RETRY_MS.first);
  }

  /** Asks no more. */
  stop(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
  }

  async #run(attempt: number, pause: number): Promise<void> {
    try {
      const servers = await this.#api.list();
      if (attempt !== this.#attempt) return;
      this.#target.takeServers(servers);
      await Promise.all(servers.map(({ name }) => this.#readLines(attempt, name)));
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#target.tellTrouble(error instanceof Error ? error.message : String(error));
      const next = Math.min(pause * 2, RETRY_MS.longest);
      this.#timer = setTimeout(() => void this.#run(attempt, next), pause);
    }
  }

  async #readLines(attempt: number, name: string): Promise<void> {
    const page = await this.#api.getLogs({ name, limit: FIRST_LINES });
    if (attempt !== this.#attempt) return;
    const [first] = page.entries;
    this.#target.getState().logs[name]?.fill(page.entries, (first?.seq ?? page.next + 1) - 1, page.next + 1);
  }
}
