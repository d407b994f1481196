/**
 * Gathers log lines, so that a flood costs a window some sixty messages a second and not a thousand.
 * After a pause the first batch goes out at once; while more keep coming they are gathered, for a
 * bounded time and up to a bounded size. Per server the order is kept. Knows no window.
 */
import type { LogParams } from "../shared/generated/protocol.js";

/** One frame of a screen: nobody sees lines that come faster. */
export const GATHER_MS = 16;

/** More than this goes out without waiting for the moment to pass. */
export const MAX_BATCH_CHARACTERS = 256 * 1024;

interface Gathering {
  batches: LogParams[];
  characters: number;
  timer: NodeJS.Timeout;
}

/** `next` appended to `batch`, or undefined where lines would no longer be what they were. */
export function merged(batch: LogParams, next: LogParams): LogParams | undefined {
  const follows = batch.stream === next.stream && next.seq === batch.seq + batch.count;
  const isWhole = batch.count > 0 && next.count > 0 && !batch.partial && !next.dropped;
  if (!follows || !isWhole || batch.name !== next.name) return undefined;
  const { partial: _whole, ...first } = batch;
  return {
    ...first,
    text: `${batch.text}\n${next.text}`,
    count: batch.count + next.count,
    ...(next.partial && { partial: next.partial }),
  };
}

/** Takes batches, gives fewer. */
export class LogBatches {
  readonly #send: (batch: LogParams) => void;
  readonly #servers = new Map<string, Gathering>();

  constructor(send: (batch: LogParams) => void) {
    this.#send = send;
  }

  /** Takes the next lines of a server in. */
  add(batch: LogParams): void {
    const gathering = this.#servers.get(batch.name);
    if (!gathering) {
      this.#gather(batch.name);
      this.#send(batch);
      return;
    }
    if (gathering.characters + batch.text.length > MAX_BATCH_CHARACTERS) this.#empty(gathering);
    const last = gathering.batches.at(-1);
    const both = last && merged(last, batch);
    if (both) gathering.batches[gathering.batches.length - 1] = both;
    else gathering.batches.push(batch);
    gathering.characters += batch.text.length;
    if (gathering.characters >= MAX_BATCH_CHARACTERS) this.#empty(gathering);
  }

  /** Sends what is gathered of a server: something else of it is to be told after its lines. */
  flush(name: string): void {
    const gathering = this.#servers.get(name);
    if (gathering) this.#empty(gathering);
  }

  /** Sends all that is gathered, and ends the gathering. */
  flushAll(): void {
    for (const gathering of this.#servers.values()) {
      clearTimeout(gathering.timer);
      this.#empty(gathering);
    }
    this.#servers.clear();
  }

  #gather(name: string): void {
    const timer = setTimeout(() => this.#momentPassed(name), GATHER_MS);
    this.#servers.set(name, { batches: [], characters: 0, timer });
  }

  #momentPassed(name: string): void {
    const gathering = this.#servers.get(name);
    this.#servers.delete(name);
    if (!gathering || gathering.batches.length === 0) return;
    this.#gather(name);
    this.#empty(gathering);
  }

  #empty(gathering: Gathering): void {
    const { batches } = gathering;
    gathering.batches = [];
    gathering.characters = 0;
    for (const batch of batches) this.#send(batch);
  }
}
