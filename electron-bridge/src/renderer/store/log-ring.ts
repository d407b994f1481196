/**
 * The newest lines of one server, outside of React's state: it changes in place, costs a few operations per
 * batch however many lines that has, and tells its listeners at most once per frame. Lines are put in their
 * place by number, so that doubles are dropped and holes are seen. Knows no API.
 */
import type { LogEntry, LogParams } from "../../shared/generated/protocol.js";
import { onNextFrame } from "./frame.js";
import { Gap, Lines, type LogRow, linesOfEntries, type Segment } from "./log-segments.js";
import { SegmentQueue } from "./segment-queue.js";
import { joined, markLost, weave } from "./weave.js";

export type { LogGap, LogLine, LogRow } from "./log-segments.js";

/** As many lines as the sidecar holds of a server, if not configured otherwise. */
const LINES_KEPT = 10_000;

/** However long its lines are, a ring keeps no more text than this; the sidecar's own bound. */
const CHARACTERS_KEPT = 16 * 1024 * 1024;

/** What a ring keeps. */
export interface LogRingLimits {
  /** Rows, gaps included; 10,000 if left out. */
  lines?: number;
  /** Characters of text; 16 Mi if left out. */
  characters?: number;
}

/** A bounded ring of rows, oldest first. Only the store changes it. */
export class LogRing implements Iterable<LogRow> {
  /** The most rows there can be. */
  readonly capacity: number;
  readonly #charactersKept: number;
  /** They cover every number from the first row to the last: what is not held is a gap. */
  readonly #segments = new SegmentQueue();
  /** The newest number known of, 0 before the first. */
  #newest = 0;
  /** Nothing up to this number is taken in any more: it was cleared or has left at the old end. */
  #floor = 0;
  #version = 0;
  #layout = 0;
  readonly #listeners = new Set<() => void>();
  #frameAsked = false;

  constructor({ lines = LINES_KEPT, characters = CHARACTERS_KEPT }: LogRingLimits = {}) {
    this.capacity = lines;
    this.#charactersKept = characters;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Grows when rows changed otherwise than by new ones at the end and old ones leaving: a gap was filled, say. */
  get layout(): number {
    return this.#layout;
  }

  /** Rows that left at the old end, so far; with it a list keeps its place. Cleared ones do not count. */
  get droppedOldest(): number {
    return this.#segments.droppedRows;
  }

  /** Rows held, gaps included. */
  get length(): number {
    return this.#segments.rows;
  }

  /** The newest number known of, whether or not its line is held; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** The number of the oldest row; `undefined` without rows. */
  get oldest(): number | undefined {
    return this.#segments.first?.seq;
  }

  /** The row at `index`, 0 being the oldest and -1 the newest. */
  at(index: number): LogRow | undefined {
    const from = index < 0 ? index + this.length : index;
    return from < 0 || from >= this.length ? undefined : this.#segments.row(from);
  }

  *[Symbol.iterator](): Generator<LogRow> {
    for (let index = 0; index < this.length; index++) {
      const row = this.at(index);
      if (row) yield row;
    }
  }

  /** All rows, oldest first. */
  toArray(): LogRow[] {
    return [...this];
  }

  /** So that a state that is written down as JSON has its lines. */
  toJSON(): LogRow[] {
    return this.toArray();
  }

  /** Calls `listener` at most once per frame, however much changed. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes in a batch: what is held already is left out, what is missing before it becomes a gap. */
  push(batch: LogParams): void {
    const { seq, count, dropped = 0 } = batch;
    // Without a line before it only `dropped` can tell what is missing.
    const missingFrom = this.#newest > 0 ? this.#newest + 1 : Math.max(1, seq - dropped);
    if (seq > missingFrom) this.#append(new Gap(missingFrom, seq));
    if (count > 0) this.#take(Lines.ofBatch(batch));
    this.#changed();
  }

  /**
   * Takes in what the sidecar holds of the lines between `after` and `before` (both exclusive), in ascending
   * order. Of the gaps there, what is not among the entries is lost.
   */
  fill(entries: readonly LogEntry[], after: number, before: number): void {
    for (const lines of linesOfEntries(entries)) this.#take(lines);
    this.#replace(markLost(this.#segments.all(), after + 1, before));
    // All of them were cleared: what comes next follows them, not the beginning of time.
    if (this.length === 0) this.#newest = this.#floor = Math.max(this.#newest, before - 1);
    this.#changed();
  }

  /** Forgets every row; their numbers do not come back. */
  clear(): void {
    this.#replace([]);
    this.#floor = this.#newest;
    this.#changed();
  }

  #take(taken: Lines): void {
    const from = Math.max(taken.seq, this.#floor + 1);
    if (from >= taken.end) return;
    const lines = taken.slice(from, taken.end);
    const next = this.#newest + 1;
    if (this.length > 0 && lines.seq > next) this.#append(new Gap(next, lines.seq));
    if (lines.seq < next) this.#weaveIn(lines);
    if (lines.end > next) this.#append(lines.slice(Math.max(next, lines.seq), lines.end));
  }

  #weaveIn(lines: Lines): void {
    const before = this.#segments.all();
    const woven = weave(before, lines);
    // Lines that are all held change nothing; telling so would cost whoever shows them.
    if (woven.some((segment, index) => segment !== before[index])) this.#replace(woven);
  }

  #append(segment: Segment): void {
    const one = joined(this.#segments.last, segment);
    if (one) this.#replace([...this.#segments.all().slice(0, -1), one]);
    else this.#segments.append(segment);
    this.#newest = Math.max(this.#newest, segment.end - 1);
  }

  #replace(segments: readonly Segment[]): void {
    this.#segments.replace(segments);
    this.#layout++;
  }

  #changed(): void {
    this.#floor = Math.max(this.#floor, this.#segments.shrink(this.capacity, this.#charactersKept));
    this.#version++;
    if (this.#frameAsked || this.#listeners.size === 0) return;
    this.#frameAsked = true;
    onNextFrame(() => {
      this.#frameAsked = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
