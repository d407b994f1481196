/**
 * What the log viewer shows of a ring: its rows, filtered and searched, either following the end or standing
 * still. Wakes up some times a second, however much comes. Knows nothing of React and of pixels.
 */

import type { LogRow } from "../../store/log-ring.js";
import { FoundRows, type LogFilter } from "./found-rows.js";
import { HeldRows, keyOf, type LogSource } from "./held-rows.js";

/**
 * Lines that rush past are drawn so often and no more: nobody can read them, and what is left of the time
 * belongs to the buttons.
 */
const REDRAW_MS = 50;

/** Above so many lines per second, reading each aloud would only be noise. */
const CALM_LINES_PER_SECOND = 3;

export class LogView {
  /** Whether new lines move the view. */
  following = true;
  /** Changes with everything that can be seen here: the snapshot for React. */
  version = 0;
  /** Changes when a row that stays is at another index than before. */
  layout = 0;
  /** Whether lines come slowly enough to be read aloud. */
  calm = true;

  readonly #source: LogSource;
  readonly #held: HeldRows;
  readonly #found: FoundRows;
  readonly #listeners = new Set<() => void>();
  #current: number | undefined;
  /** Between the last row there was when the view came to stand still, and the next. */
  #pausedAfter = 0;
  #newestBefore = 0;
  #frame: number | undefined;
  #takenAt = Number.NEGATIVE_INFINITY;
  #later: ReturnType<typeof setTimeout> | undefined;
  #endOfSource: (() => void) | undefined;
  #rateFrom = { newest: 0, time: performance.now() };

  constructor(source: LogSource) {
    this.#source = source;
    this.#held = new HeldRows(source);
    this.#found = new FoundRows(this.#held);
    this.sync();
  }

  /** Calls `listener` every now and then for what comes, and at once for what is done here. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#endOfSource ??= this.#source.subscribe(this.#takeSoon);
    this.#wake();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#endOfSource?.();
      this.#endOfSource = undefined;
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
      clearTimeout(this.#later);
      this.#later = undefined;
    };
  };

  /** At once after a pause; in a rush when it is time to draw again. */
  #takeSoon = (): void => {
    const wait = this.#takenAt + REDRAW_MS - performance.now();
    if (wait <= 0) this.sync();
    else
      this.#later ??= setTimeout(() => {
        this.#later = undefined;
        this.#wake();
      }, wait);
  };

  /** Rows shown. */
  get count(): number {
    return this.#found.count;
  }

  /** Whether there are lines, and the filter lets none of them through. */
  get nothingFound(): boolean {
    return this.#held.length > 0 && this.#found.nothingFound;
  }

  /** Lines that match the search, so far: see `searching`. */
  get matchCount(): number {
    return this.#found.matchCount;
  }

  /** Whether the search is still under way. */
  get searching(): boolean {
    return this.#found.scanning;
  }

  /** Lines that came since the view stands still; with a filter, those that it lets through. */
  get newCount(): number {
    if (this.following) return 0;
    if (!this.#found.filtered) return Math.max(0, this.#held.newest - this.#newestBefore);
    const seen = this.#found.indexOf(this.#held.positionOfKey(this.#pausedAfter));
    return this.#found.count - seen + this.#held.missed;
  }

  /** The row at `index`, counted from the first one shown. */
  at(index: number): LogRow | undefined {
    return this.#held.at(this.#found.positionOf(index));
  }

  /** Every row shown, in order. */
  *rows(): Generator<LogRow> {
    for (let index = 0; index < this.count; index++) {
      const row = this.at(index);
      if (row) yield row;
    }
  }

  /** Every row held, whatever the filter, in order. */
  *heldRows(): Generator<LogRow> {
    for (let position = this.#held.first; position < this.#held.end; position++) {
      const row = this.#held.at(position);
      if (row) yield row;
    }
  }

  /** How many rows are held, whatever the filter. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** The first index whose row does not stand before `key`. */
  indexOfKey(key: number): number {
    return this.#found.indexOf(this.#held.positionOfKey(key));
  }

  /** Whether the row at `index` is the match that was gone to last. */
  isCurrent(index: number): boolean {
    return this.#current !== undefined && this.#found.positionOf(index) === this.#current;
  }

  /** Which of the matches was gone to last, counted from 1; 0 if none. */
  get currentOrdinal(): number {
    return this.#current === undefined ? 0 : this.#found.ordinalOf(this.#current);
  }

  /** Goes to the next match below (`1`) or above (`-1`), the first time from `index` on. Returns its index. */
  goToMatch(direction: 1 | -1, index: number): number | undefined {
    this.pause();
    const going = this.currentOrdinal > 0 && this.#current !== undefined;
    const from = going ? (this.#current as number) + (direction > 0 ? 1 : 0) : this.#found.positionOf(index);
    this.#current = this.#found.matchFrom(from, direction);
    this.#emit();
    return this.#current === undefined ? undefined : this.#found.indexOf(this.#current);
  }

  /** Stands still; new rows go on coming in below. */
  pause(): void {
    if (!this.following) return;
    this.following = false;
    this.#newestBefore = this.#held.newest;
    const last = this.#held.at(this.#held.end - 1);
    this.#pausedAfter = last ? keyOf(last) + 0.25 : Number.NEGATIVE_INFINITY;
    this.#emit();
  }

  /** Goes to the end, and stays there. */
  follow(): void {
    if (this.following) return;
    this.following = true;
    this.#held.takeAll(true);
    this.#replaced();
    this.#emit();
  }

  /** Shows other rows, or marks others. */
  setFilter(filter: LogFilter): void {
    if (!this.#found.setFilter(filter)) return;
    this.#replaced();
    this.#emit();
  }

  /** Takes in what the ring has and this has not. */
  sync = (): void => {
    this.#takenAt = performance.now();
    const taken = this.#held.take(this.following);
    const searching = this.#found.scanning;
    if (taken === "nothing" && !searching) return;
    if (taken === "replaced") this.#replaced();
    else this.#found.scan();
    if (this.following) this.layout++;
    this.#countRate();
    this.#emit();
  };

  #replaced(): void {
    this.#found.restart();
    this.#found.scan();
    this.#current = undefined;
    this.layout++;
  }

  #wake = (): void => {
    if (this.#frame !== undefined || this.#listeners.size === 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.sync();
    });
  };

  #emit(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
    if (this.#found.scanning) this.#wake();
  }

  #countRate(): void {
    const time = performance.now();
    const { newest } = this.#held;
    const lines = newest - this.#rateFrom.newest;
    const seconds = (time - this.#rateFrom.time) / 1000;
    this.calm = lines <= CALM_LINES_PER_SECOND * Math.max(1, seconds);
    if (seconds >= 1) this.#rateFrom = { newest, time };
  }
}
