/**
 * The newest lines of one server, outside of React's state: it changes in place, costs a few operations per
 * batch however many lines that has, and tells its listeners at most once per frame. Lines are put in their
 * place by number, so that doubles are dropped and holes are seen. Knows no API.
 */
import type { LogEntry, LogParams } from "../../shared/generated/protocol.js";
import { onNextFrame } from "./frame.js";
import { Gap, Lines, type LogRow, linesOfEntries, type Segment } from "./log-segments.js";

export type { LogGap, LogLine, LogRow } from "./log-segments.js";

/** As many lines as the sidecar holds of a server, if not configured otherwise. */
const LINES_KEPT = 10_000;

/** However long its lines are, a ring keeps no more text than this; the sidecar's own bound. */
const CHARACTERS_KEPT = 16 * 1024 * 1024;

/** Below this, what left an array at its front is not worth a copy of the rest. */
const COMPACT_FROM = 1024;

/** Takes the place of a segment that left, so that its text can go at once. */
const GONE = new Gap(0, 0);

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
  #segments: Segment[] = [];
  #head = 0;
  #length = 0;
  #characters = 0;
  /** The newest number known of, 0 before the first. */
  #newest = 0;
  /** Nothing up to this number is taken in any more: it was cleared or has left at the old end. */
  #floor = 0;
  #version = 0;
  #layout = 0;
  #droppedOldest = 0;
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
    return this.#droppedOldest;
  }

  /** Rows held, gaps included. */
  get length(): number {
    return this.#length;
  }

  /** The newest number known of, whether or not its line is held; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** The number of the oldest row; `undefined` without rows. */
  get oldest(): number | undefined {
    return this.#segments[this.#head]?.seq;
  }

  /** The row at `index`, 0 being the oldest and -1 the newest. */
  at(index: number): LogRow | undefined {
    const from = index < 0 ? index + this.#length : index;
    if (from < 0 || from >= this.#length) return undefined;
    const position = this.#droppedOldest + from;
    const segment = this.#segmentAt(position);
    return segment?.row(position - segment.position);
  }

  *[Symbol.iterator](): Generator<LogRow> {
    for (let index = 0; index < this.#length; index++) {
      const row = this.at(index);
      if (row) yield row;
    }
  }

  /** All rows, oldest first. */
  toArray(): LogRow[] {
    return [...this];
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
    else this.#newest = Math.max(this.#newest, seq - 1);
    this.#changed();
  }

  /**
   * Takes in what the sidecar holds of the lines between `after` and `before` (both exclusive), in ascending
   * order. Of the gaps there, what is not among the entries is lost.
   */
  fill(entries: readonly LogEntry[], after: number, before: number): void {
    for (const lines of linesOfEntries(entries)) this.#take(lines);
    this.#loseWithin(after + 1, before);
    if (this.#length === 0 && before - 1 > this.#newest) {
      this.#newest = before - 1;
      this.#floor = this.#newest;
    }
    this.#layout++;
    this.#changed();
  }

  /** Forgets every row; their numbers do not come back. */
  clear(): void {
    this.#segments = [];
    this.#head = 0;
    this.#length = 0;
    this.#characters = 0;
    this.#floor = this.#newest;
    this.#layout++;
    this.#changed();
  }

  #take(taken: Lines): void {
    const from = Math.max(taken.seq, this.#floor + 1);
    if (from >= taken.end) return;
    const lines = taken.slice(from, taken.end);
    if (this.#length === 0 || lines.seq === this.#newest + 1) this.#append(lines);
    else this.#weave(lines);
    this.#evict();
  }

  #append(segment: Segment): void {
    segment.position = this.#droppedOldest + this.#length;
    this.#segments.push(segment);
    this.#length += segment.count;
    this.#characters += segment.characters;
    this.#newest = Math.max(this.#newest, segment.end - 1);
  }

  /** Puts lines where they belong: before the first row, into gaps, after the last; what is held stays. */
  #weave(lines: Lines): void {
    const segments = this.#segments.slice(this.#head);
    const first = segments[0]?.seq ?? lines.seq;
    const woven: Segment[] = [];
    const put = (from: number, to: number, lost?: boolean) => {
      if (from < to) woven.push(lost === undefined ? lines.slice(from, to) : new Gap(from, to, lost));
    };
    put(lines.seq, Math.min(lines.end, first));
    put(Math.min(lines.end, first), first, false);
    for (const segment of segments) {
      const from = Math.max(segment.seq, lines.seq);
      const to = Math.min(segment.end, lines.end);
      if (!(segment instanceof Gap) || from >= to) {
        woven.push(segment);
        continue;
      }
      put(segment.seq, from, segment.lost);
      put(from, to);
      put(to, segment.end, segment.lost);
    }
    put(this.#newest + 1, lines.seq, false);
    put(Math.max(this.#newest + 1, lines.seq), lines.end);
    this.#replace(woven);
  }

  #loseWithin(from: number, to: number): void {
    const segments = this.#segments.slice(this.#head);
    const split = segments.flatMap((segment) => {
      const lostFrom = Math.max(segment.seq, from);
      const lostTo = Math.min(segment.end, to);
      if (!(segment instanceof Gap) || segment.lost || lostFrom >= lostTo) return [segment];
      return [
        new Gap(segment.seq, lostFrom),
        new Gap(lostFrom, lostTo, true),
        new Gap(lostTo, segment.end),
      ].filter((gap) => gap.seq < gap.end);
    });
    this.#replace(split);
    this.#evict();
  }

  #replace(segments: readonly Segment[]): void {
    this.#segments = [];
    this.#head = 0;
    this.#length = 0;
    this.#characters = 0;
    this.#layout++;
    for (const segment of segments) this.#append(segment);
  }

  #evict(): void {
    while (this.#length > this.capacity || this.#characters > this.#charactersKept) {
      const oldest = this.#segments[this.#head];
      const excess = this.#length - this.capacity;
      if (!oldest || (excess <= 0 && this.#head === this.#segments.length - 1)) break;
      if (oldest instanceof Lines && excess > 0 && excess < oldest.count) {
        oldest.dropFirst(excess);
        this.#left(excess, oldest.seq - 1);
      } else this.#dropOldest(oldest);
      // What is missing before the first line is of no use to anybody.
      const next = this.#segments[this.#head];
      if (next instanceof Gap && this.#length > 1) this.#dropOldest(next);
    }
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#segments.length) return;
    this.#segments = this.#segments.slice(this.#head);
    this.#head = 0;
  }

  #dropOldest(oldest: Segment): void {
    this.#segments[this.#head++] = GONE;
    this.#characters -= oldest.characters;
    this.#left(oldest.count, oldest.end - 1);
  }

  #left(rows: number, upTo: number): void {
    this.#length -= rows;
    this.#droppedOldest += rows;
    this.#floor = upTo;
  }

  #segmentAt(position: number): Segment | undefined {
    let low = this.#head;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#segments[middle]?.position ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low];
  }

  #changed(): void {
    this.#version++;
    if (this.#frameAsked || this.#listeners.size === 0) return;
    this.#frameAsked = true;
    onNextFrame(() => {
      this.#frameAsked = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
