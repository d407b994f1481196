/**
 * What a page asks when it opens, and again whenever it may have missed something: the servers, and the lines
 * that are still held. What is told meanwhile is not lost: a status that was told is newer than the list, and
 * lines find their place by number. Asks again after a failure, until it is answered or stopped.
 */
import type { PythonServerApi } from "../../shared/api.js";
import { messageOf } from "./actions.js";
import { readLines } from "./read-lines.js";
import { newestOf, type Snapshots } from "./snapshots.js";
import type { PanelEvent, PythonServerState } from "./state.js";

/** The newest lines are on screen first; older ones follow. */
const FIRST_LINES = 1_000;

/** How long after a failure it is tried again: the first time, and at the longest. */
const RETRY_MS = { first: 500, longest: 15_000 };

/** A sidecar answers in milliseconds, for a remote server in a few seconds; a promise may never be kept. */
const ANSWER_MS = 15_000;

/** What hydration needs of the store. */
export interface HydrationTarget {
  getState(): PythonServerState;
  dispatch(event: PanelEvent): void;
  snapshots: Snapshots;
  /** Told why the page cannot learn what there is, and `undefined` when it has. */
  tellTrouble(message: string | undefined): void;
}

/** Asks for one store. */
export class Hydration {
  readonly #api: PythonServerApi;
  readonly #target: HydrationTarget;
  /** Answers to an earlier attempt than this are ignored. */
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: PythonServerApi, target: HydrationTarget) {
    this.#api = api;
    this.#target = target;
  }

  /** Begins anew. */
  begin(): void {
    this.stop();
    void this.#run(this.#attempt, RETRY_MS.first);
  }

  /** Asks no more, and takes no answer in. */
  stop(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
  }

  async #run(attempt: number, pauseMs: number): Promise<void> {
    try {
      const names = await this.#takeList(attempt);
      await Promise.all(names.map((name) => this.#takeNewestLines(attempt, name)));
      for (const name of names) await this.#takeOlderLines(attempt, name);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const message = `The servers could not be read: ${messageOf(error)}. Trying again.`;
      this.#target.tellTrouble(message);
      const next = Math.min(pauseMs * 2, RETRY_MS.longest);
      this.#timer = setTimeout(() => void this.#run(attempt, next), pauseMs);
    }
  }

  async #takeList(attempt: number): Promise<string[]> {
    const { getState, dispatch, snapshots, tellTrouble } = this.#target;
    const toldSince = snapshots.ask();
    const listed = await inTime(this.#api.list());
    if (attempt !== this.#attempt) return [];
    const servers = newestOf(listed, getState().servers, toldSince);
    dispatch({ type: "hydrated", servers });
    tellTrouble(undefined);
    return servers.map(({ name }) => name);
  }

  async #takeNewestLines(attempt: number, name: string): Promise<void> {
    await unlessRefused(async () => {
      const { entries, next } = await inTime(this.#api.getLogs({ name, limit: FIRST_LINES }));
      const after = (entries[0]?.seq ?? next + 1) - 1;
      if (attempt === this.#attempt) this.#target.getState().logs[name]?.fill(entries, after, next + 1);
    });
  }

  async #takeOlderLines(attempt: number, name: string): Promise<void> {
    const ring = attempt === this.#attempt ? this.#target.getState().logs[name] : undefined;
    const room = (ring?.capacity ?? 0) - (ring?.length ?? 0);
    const before = ring?.oldest ?? 1;
    if (!ring || room <= 0 || before === 1) return;
    await unlessRefused(async () => {
      const after = Math.max(0, before - 1 - room);
      const entries = await inTime(readLines(this.#api, name, after, before));
      if (attempt === this.#attempt) ring.fill(entries, after, before);
    });
  }
}

/** A server whose lines the sidecar will not give (a remote one, one just removed) is no reason to ask again. */
async function unlessRefused(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "number") throw error;
  }
}

function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`there was no answer within ${ANSWER_MS / 1000} s`));
    const timer = setTimeout(late, ANSWER_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
