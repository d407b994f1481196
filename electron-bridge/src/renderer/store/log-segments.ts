/**
 * What a log ring is made of: stretches of lines that are held, and stretches that were not received. Each
 * covers consecutive line numbers. Knows neither the ring's bounds nor who listens.
 */
import type { LogEntry, LogParams, Stream } from "../../shared/generated/protocol.js";

/** One line, or a piece of one: pieces stay rows of their own. */
export interface LogLine {
  /** Its number, counted from 1 per server. */
  readonly seq: number;
  /** When it was read, ISO 8601 in UTC. */
  readonly time: string;
  readonly stream: Stream;
  /** Without its newline; ANSI colours are still in it. */
  readonly text: string;
  /** The line goes on in the next one of this stream. */
  readonly partial?: true;
}

/** Lines that were printed and not received: those between `after` and `before`, both exclusive. */
export interface LogGap {
  readonly gap: true;
  readonly after: number;
  readonly before: number;
  /** How many lines are missing. */
  readonly count: number;
  /** They were asked for, and the sidecar holds them no more. */
  readonly lost?: true;
}

/** One row of a log. A row is the same object for as long as nothing about it changes. */
export type LogRow = LogLine | LogGap;

/** Lines that are held. What came as one text stays one text until somebody looks at it. */
export class Lines {
  /** The place of the first row among all rows that the ring has ever had. */
  position = 0;
  readonly #first: number;
  readonly #batch: LogParams | undefined;
  #rows: readonly LogLine[] | undefined;

  private constructor(
    /** The number of the first line. */
    public seq: number,
    /** The number after the last line. */
    readonly end: number,
    /** How much text this keeps in memory. */
    readonly characters: number,
    batch: LogParams | undefined,
    rows: readonly LogLine[] | undefined,
  ) {
    this.#first = seq;
    this.#batch = batch;
    this.#rows = rows;
  }

  /** The lines of a batch that has at least one. */
  static ofBatch(batch: LogParams): Lines {
    return new Lines(batch.seq, batch.seq + batch.count, batch.text.length, batch, undefined);
  }

  /** Rows with consecutive numbers, at least one. */
  static ofRows(rows: readonly LogLine[]): Lines {
    const seq = rows[0]?.seq ?? 0;
    const characters = rows.reduce((sum, row) => sum + row.text.length, 0);
    return new Lines(seq, seq + rows.length, characters, undefined, rows);
  }

  /** How many rows these are. */
  get count(): number {
    return this.end - this.seq;
  }

  /** The row at `index`, 0 being the first. */
  row(index: number): LogRow | undefined {
    return this.#all()[this.seq - this.#first + index];
  }

  /** Lets go of the first `count` lines. Their text goes when the last of them does. */
  dropFirst(count: number): void {
    this.seq += count;
    this.position += count;
  }

  /** The lines numbered from `from` to before `to`. */
  slice(from: number, to: number): Lines {
    if (from === this.seq && to === this.end) return this;
    return Lines.ofRows(this.#all().slice(from - this.#first, to - this.#first));
  }

  #all(): readonly LogLine[] {
    this.#rows ??= this.#batch ? rowsOf(this.#batch) : [];
    return this.#rows;
  }
}

/** Lines that were not received. One row, however many they are. */
export class Gap {
  position = 0;
  readonly characters = 0;
  readonly count = 1;
  readonly #row: LogGap;

  constructor(
    /** The number of the first missing line. */
    readonly seq: number,
    /** The number after the last missing line. */
    readonly end: number,
    readonly lost = false,
  ) {
    const row: LogGap = { gap: true, after: seq - 1, before: end, count: end - seq };
    this.#row = lost ? { ...row, lost } : row;
  }

  row(): LogRow {
    return this.#row;
  }
}

/** A stretch of line numbers. */
export type Segment = Lines | Gap;

/** Entries as stretches of consecutive numbers; entries come in ascending order. */
export function linesOfEntries(entries: readonly LogEntry[]): Lines[] {
  const stretches: LogLine[][] = [];
  let expected = Number.NaN;
  for (const entry of entries) {
    if (entry.seq !== expected) stretches.push([]);
    stretches.at(-1)?.push(rowOf(entry));
    expected = entry.seq + 1;
  }
  return stretches.map((rows) => Lines.ofRows(rows));
}

function rowOf({ seq, time, stream, line: text, partial }: LogEntry): LogLine {
  return partial ? { seq, time, stream, text, partial } : { seq, time, stream, text };
}

function rowsOf({ seq, time, stream, text, count, partial }: LogParams): LogLine[] {
  const texts = text.split("\n");
  const rows: LogLine[] = [];
  // Who looks at a flood looks at every line of it: a plain loop costs half of what `map` does.
  for (let index = 0; index < count; index++) {
    rows.push({ seq: seq + index, time, stream, text: texts[index] ?? "" });
  }
  const last = rows.at(-1);
  if (partial && last) rows[rows.length - 1] = { ...last, partial };
  return rows;
}
