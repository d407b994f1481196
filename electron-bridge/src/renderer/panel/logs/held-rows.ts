/**
 * The rows that the log viewer holds of a ring: a mirror of it while following, and everything from a moment
 * on while standing still, so that what someone reads stays though the ring has moved on. Takes over only
 * what is new. Knows no filter.
 */
import type { LogGap, LogRing, LogRow } from "../../store/log-ring.js";
import { RowQueue } from "./row-queue.js";

export type LogSource = Pick<LogRing, "length" | "at" | "version" | "layout" | "droppedOldest" | "subscribe">;

/** What `take` did: `replaced` means that rows are at other positions than before. */
export type Taken = "nothing" | "appended" | "replaced";

/** Rows held while standing still; what comes beyond them is only counted. */
const MOST_HELD = 100_000;

export function isGap(row: LogRow): row is LogGap {
  return "gap" in row;
}

/** Where a row stands among all rows of its server: ascending, and the same for as long as it lives. */
export function keyOf(row: LogRow): number {
  return isGap(row) ? row.after + 0.5 : row.seq;
}

export class HeldRows {
  /** Rows that came while standing still and found no room. */
  missed = 0;
  /** The number of the newest line known of, held or not; 0 before the first. */
  newest = 0;
  readonly #source: LogSource;
  readonly #rows = new RowQueue<LogRow>();
  #seenVersion = -1;
  #seenLayout = 0;
  #seenEnd = 0;
  #seenKey = Number.NEGATIVE_INFINITY;

  constructor(source: LogSource) {
    this.#source = source;
  }

  get first(): number {
    return this.#rows.first;
  }

  get end(): number {
    return this.#rows.end;
  }

  get length(): number {
    return this.#rows.length;
  }

  at(position: number): LogRow | undefined {
    return this.#rows.at(position);
  }

  /** The first position whose row does not stand before `key`. */
  positionOfKey(key: number): number {
    return this.#rows.search(key, keyOf);
  }

  /** Takes over what the ring has and this has not. While `following`, lets go of what the ring let go of. */
  take(following: boolean): Taken {
    const { length, droppedOldest, version } = this.#source;
    if (version === this.#seenVersion) return "nothing";
    const next = this.#seenEnd - droppedOldest;
    if (!this.#appendedOnly(next)) {
      this.takeAll(following);
      return "replaced";
    }
    if (following) {
      this.#append(Math.max(0, next));
      this.#rows.drop(this.#rows.length - length);
    } else this.#appendWhileStill(next);
    this.#remember();
    return "appended";
  }

  /** Takes the whole ring anew. While standing still, rows older than the ring's stay. */
  takeAll(following: boolean): void {
    const older = following || this.missed > 0 ? [] : this.#rowsBeforeTheRing();
    this.missed = 0;
    this.#rows.reset();
    for (const row of older) this.#rows.push(row);
    this.#append(0);
    this.#remember();
  }

  /** Whether the rows that were there are still where they were, but for those dropped at the front. */
  #appendedOnly(next: number): boolean {
    if (this.#source.layout !== this.#seenLayout || next > this.#source.length) return false;
    const last = next > 0 ? this.#source.at(next - 1) : undefined;
    if (last) return keyOf(last) === this.#seenKey;
    const first = this.#source.at(0);
    return first === undefined || keyOf(first) > this.#seenKey;
  }

  #append(from: number): void {
    for (let index = from; index < this.#source.length; index++) {
      const row = this.#source.at(index);
      if (row) this.#rows.push(row);
    }
  }

  #appendWhileStill(next: number): void {
    const fresh = this.#source.length - next;
    if (this.missed > 0 || this.#rows.length + fresh > MOST_HELD) {
      this.missed += fresh;
      return;
    }
    const first = this.#source.at(0);
    if (next < 0 && first && !isGap(first))
      this.#rows.push({ gap: true, after: this.#seenKey, before: first.seq, count: -next });
    this.#append(Math.max(0, next));
  }

  #rowsBeforeTheRing(): LogRow[] {
    const first = this.#source.at(0);
    const end = first ? this.positionOfKey(keyOf(first)) : this.#rows.first;
    const rows: LogRow[] = [];
    for (let position = this.#rows.first; position < end; position++) {
      const row = this.#rows.at(position);
      if (row) rows.push(row);
    }
    return rows;
  }

  #remember(): void {
    const { length, droppedOldest, version, layout } = this.#source;
    const last = this.#source.at(length - 1);
    this.#seenVersion = version;
    this.#seenLayout = layout;
    this.#seenEnd = droppedOldest + length;
    if (!last) return;
    this.#seenKey = keyOf(last);
    this.newest = isGap(last) ? last.before - 1 : last.seq;
  }
}
