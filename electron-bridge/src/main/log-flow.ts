/**
 * How much log one window has not handled yet. A window that is behind is spared further lines, which
 * are counted and can be had from the sidecar's buffer; so neither its memory nor main's grows. Pure.
 */
import type { LogParams } from "../shared/generated/protocol.js";

/** So much text may be on its way to one window: about a second of the worst flood. */
export const MOST_UNREAD_CHARACTERS = 4 * 1024 * 1024;

/** Lines that were left out, and where they stood. */
interface Gap {
  dropped: number;
  last: LogParams;
}

/** The lines on their way to one window. */
export class LogFlow {
  #acknowledges = false;
  #unread = 0;
  readonly #gaps = new Map<string, Gap>();

  /** What to send of `batch`: with the lines left out before it counted, or nothing. */
  admit(batch: LogParams): LogParams | undefined {
    const size = batch.text.length;
    const gap = this.#gaps.get(batch.name);
    if (this.#acknowledges && this.#unread > 0 && this.#unread + size > MOST_UNREAD_CHARACTERS) {
      const dropped = (gap?.dropped ?? 0) + batch.count + (batch.dropped ?? 0);
      this.#gaps.set(batch.name, { dropped, last: batch });
      return undefined;
    }
    this.#unread += size;
    if (!gap) return batch;
    this.#gaps.delete(batch.name);
    return { ...batch, dropped: gap.dropped + (batch.dropped ?? 0) };
  }

  /**
   * The window has handled so many characters. Gives what is to be told of lines left out, once it has
   * caught up: no further line may come that could carry the count.
   */
  received(characters: number): LogParams[] {
    this.#acknowledges = true;
    this.#unread = Math.max(0, this.#unread - characters);
    if (this.#unread > MOST_UNREAD_CHARACTERS / 2) return [];
    return this.takeGaps();
  }

  /** Batches without lines that tell how many were left out; each is given once. */
  takeGaps(): LogParams[] {
    const told = [...this.#gaps.values()].map(({ dropped, last }) => ({
      name: last.name,
      stream: last.stream,
      text: "",
      count: 0,
      seq: last.seq + last.count,
      time: last.time,
      dropped,
    }));
    this.#gaps.clear();
    return told;
  }

  /** Another page: what the old one had not handled never will be, and is nothing to this one. */
  restart(): void {
    this.#unread = 0;
    this.#gaps.clear();
  }
}
