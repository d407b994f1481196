/**
 * Stretches of a log in order, read by row: new ones come in at the end, old rows leave at the front. Both
 * cost O(1), amortised, and finding a row O(log n) of the stretches. Knows no batches and no listeners.
 */
import { Gap, Lines, type LogRow, type Segment } from "./log-segments.js";

/** Below this, what left an array at its front is not worth a copy of the rest. */
const COMPACT_FROM = 1024;

/** Takes the place of a segment that left, so that its text can go at once. */
const GONE = new Gap(0, 0);

/** The stretches that a ring holds. */
export class SegmentQueue {
  #segments: Segment[] = [];
  #head = 0;
  #rows = 0;
  #characters = 0;
  #droppedRows = 0;

  /** How many rows there are. */
  get rows(): number {
    return this.#rows;
  }

  /** How many rows left at the front, so far. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  /** The oldest stretch. */
  get first(): Segment | undefined {
    return this.#segments[this.#head];
  }

  /** The newest stretch. */
  get last(): Segment | undefined {
    return this.#rows > 0 ? this.#segments.at(-1) : undefined;
  }

  /** Every stretch, oldest first. */
  all(): Segment[] {
    return this.#segments.slice(this.#head);
  }

  /** The row at `index`, which has to be there. */
  row(index: number): LogRow | undefined {
    const position = this.#droppedRows + index;
    let low = this.#head;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#segments[middle]?.position ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    return segment?.row(position - segment.position);
  }

  /** Puts a stretch at the end. */
  append(segment: Segment): void {
    segment.position = this.#droppedRows + this.#rows;
    this.#segments.push(segment);
    this.#rows += segment.count;
    this.#characters += segment.characters;
  }

  /** Holds these stretches instead. */
  replace(segments: readonly Segment[]): void {
    this.#segments = [];
    this.#head = 0;
    this.#rows = 0;
    this.#characters = 0;
    for (const segment of segments) this.append(segment);
  }

  /**
   * Lets the oldest rows go until there are no more than `rows` and `characters`; the newest stretch stays,
   * however long its text is. Returns the number of the newest line that went, 0 if none did.
   */
  shrink(rows: number, characters: number): number {
    let gone = 0;
    while (this.#rows > rows || this.#characters > characters) {
      const oldest = this.first;
      const excess = this.#rows - rows;
      if (!oldest || (excess <= 0 && oldest === this.last)) break;
      gone = oldest instanceof Lines && excess > 0 ? this.#dropRows(oldest, excess) : this.#drop(oldest);
      // What is missing before the first line is of no use to anybody.
      const next = this.first;
      if (next instanceof Gap && next !== this.last) gone = this.#drop(next);
    }
    if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#segments.length) {
      this.#segments = this.#segments.slice(this.#head);
      this.#head = 0;
    }
    return gone;
  }

  #dropRows(oldest: Lines, count: number): number {
    if (count >= oldest.count) return this.#drop(oldest);
    oldest.dropFirst(count);
    this.#rows -= count;
    this.#droppedRows += count;
    return oldest.seq - 1;
  }

  #drop(oldest: Segment): number {
    this.#segments[this.#head] = GONE;
    this.#head += 1;
    this.#rows -= oldest.count;
    this.#droppedRows += oldest.count;
    this.#characters -= oldest.characters;
    return oldest.end - 1;
  }
}
