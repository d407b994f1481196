/**
 * Which of the rows held are shown, and which match the search. Looks at a row once, in slices that leave
 * each frame its time, however slow the expression is. Without a filter it does nothing and costs nothing.
 */
import { stripAnsi } from "./ansi.js";
import { type HeldRows, isGap } from "./held-rows.js";
import type { Matcher } from "./matcher.js";
import { RowQueue } from "./row-queue.js";

export type StreamFilter = "all" | "stdout" | "stderr";

export interface LogFilter {
  stream: StreamFilter;
  matcher: Matcher | undefined;
  /** Show the lines that match and no others; otherwise all, and the matches are marked. */
  onlyMatching: boolean;
}

export const NO_FILTER: LogFilter = { stream: "all", matcher: undefined, onlyMatching: false };

/** How long one call may look through lines, in ms: half of a frame is left for drawing. */
const SCAN_BUDGET_MS = 6;
/** Lines looked at between two looks at the clock. */
const SCAN_STRIDE = 64;

const itself = (position: number) => position;

export class FoundRows {
  readonly #held: HeldRows;
  /** Positions of rows that the filter lets through; unused without a filter. */
  readonly #shown = new RowQueue<number>();
  /** Positions of lines that match. */
  readonly #matches = new RowQueue<number>();
  #filter: LogFilter = NO_FILTER;
  #scanned = 0;

  constructor(held: HeldRows) {
    this.#held = held;
  }

  /** Whether there is anything that keeps rows from being shown. */
  get filtered(): boolean {
    const { stream, matcher, onlyMatching } = this.#filter;
    return stream !== "all" || (onlyMatching && matcher !== undefined);
  }

  /** Rows shown so far. */
  get count(): number {
    return this.filtered ? this.#shown.length : this.#held.length;
  }

  /** Whether the filter lets no line through; gaps are shown all the same. */
  get nothingFound(): boolean {
    if (!this.filtered || this.scanning) return false;
    for (let position = this.#shown.first; position < this.#shown.end; position++) {
      const row = this.#held.at(this.#shown.at(position) as number);
      if (row && !isGap(row)) return false;
    }
    return true;
  }

  /** Lines that match, so far. */
  get matchCount(): number {
    return this.#matches.length;
  }

  /** Whether there are rows that have not been looked at. */
  get scanning(): boolean {
    return this.#scanned < this.#held.end;
  }

  /** The position of the row shown at `index`. */
  positionOf(index: number): number {
    if (!this.filtered) return this.#held.first + index;
    return this.#shown.at(this.#shown.first + index) ?? this.#held.end;
  }

  /** The first index whose row is not before `position`. */
  indexOf(position: number): number {
    if (!this.filtered) return position - this.#held.first;
    return this.#shown.search(position, itself) - this.#shown.first;
  }

  /** Which match is at `position`, counted from 1; 0 if none is. */
  ordinalOf(position: number): number {
    const place = this.#matches.search(position, itself);
    return this.#matches.at(place) === position ? place - this.#matches.first + 1 : 0;
  }

  /** The nearest match at or below `position` (`1`), or above it (`-1`); around the end. */
  matchFrom(position: number, direction: 1 | -1): number | undefined {
    const { length, first } = this.#matches;
    if (length === 0) return undefined;
    const place = this.#matches.search(position, itself) - first - (direction > 0 ? 0 : 1);
    return this.#matches.at(first + ((place + length) % length));
  }

  /** Whether `filter` differs from the one before; if so everything is to be looked at again. */
  setFilter(filter: LogFilter): boolean {
    const before = this.#filter;
    this.#filter = filter;
    const same =
      before.stream === filter.stream &&
      before.onlyMatching === filter.onlyMatching &&
      before.matcher?.key === filter.matcher?.key;
    if (!same) this.restart();
    return !same;
  }

  /** Looks at everything again: the rows held were replaced. */
  restart(): void {
    this.#shown.reset();
    this.#matches.reset();
    this.#scanned = this.#held.first;
  }

  /** Looks at rows that are new, until the time is over; lets go of those no longer held. */
  scan(): void {
    const { first, end } = this.#held;
    for (const positions of [this.#shown, this.#matches])
      positions.drop(positions.search(first, itself) - positions.first);
    this.#scanned = Math.max(this.#scanned, first);
    if (!this.filtered && !this.#filter.matcher) {
      this.#scanned = end;
      return;
    }
    const deadline = performance.now() + SCAN_BUDGET_MS;
    for (; this.#scanned < end; this.#scanned++) {
      if (this.#scanned % SCAN_STRIDE === 0 && performance.now() > deadline) return;
      this.#look(this.#scanned);
    }
  }

  #look(position: number): void {
    const { stream, matcher, onlyMatching } = this.#filter;
    const row = this.#held.at(position);
    if (row === undefined) return;
    if (isGap(row)) {
      this.#shown.push(position);
      return;
    }
    if (stream !== "all" && row.stream !== stream) return;
    const matches = matcher?.test(stripAnsi(row.text)) ?? false;
    if (matches) this.#matches.push(position);
    if (matches || !matcher || !onlyMatching) this.#shown.push(position);
  }
}
