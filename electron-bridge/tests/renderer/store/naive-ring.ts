/** A log ring as one would write it without a thought of speed: a map from numbers to rows. For comparison. */
import type { LogRow } from "../../../src/renderer/store/log-ring.js";
import type { LogEntry, LogParams } from "../../../src/shared/generated/protocol.js";

type Slot = LogEntry | "missing" | "lost";

export class NaiveRing {
  droppedOldest = 0;
  #slots = new Map<number, Slot>();
  #newest = 0;
  #floor = 0;

  constructor(readonly capacity: number) {}

  push({ seq, count, dropped = 0, stream, time, text, partial }: LogParams): void {
    const from = this.#newest > 0 ? this.#newest + 1 : Math.max(1, seq - dropped);
    for (let missing = from; missing < seq; missing++) this.#slots.set(missing, "missing");
    this.#newest = Math.max(this.#newest, ...this.#slots.keys());
    const lines = text.split("\n").slice(0, count);
    const isLast = (index: number) => index === count - 1;
    this.#take(
      lines.map((line, index) => ({
        seq: seq + index,
        stream,
        time,
        line,
        ...(partial && isLast(index) && { partial }),
      })),
    );
    this.#evict();
  }

  fill(entries: readonly LogEntry[], after: number, before: number): void {
    for (const stretch of stretches(entries)) this.#take(stretch);
    for (let seq = after + 1; seq < before; seq++) {
      if (this.#slots.get(seq) === "missing") this.#slots.set(seq, "lost");
    }
    this.#evict();
    if (this.#slots.size === 0) this.#newest = this.#floor = Math.max(this.#newest, before - 1);
  }

  clear(): void {
    this.#slots.clear();
    this.#floor = this.#newest;
  }

  rows(): LogRow[] {
    const rows: LogRow[] = [];
    for (const seq of this.#numbers()) {
      const slot = this.#slots.get(seq) as Slot;
      const last = rows.at(-1);
      if (typeof slot !== "string") rows.push(lineOf(slot));
      else if (last && "gap" in last && last.before === seq && (last.lost ?? false) === (slot === "lost")) {
        rows[rows.length - 1] = gap(last.after, seq + 1, slot);
      } else rows.push(gap(seq - 1, seq + 1, slot));
    }
    return rows;
  }

  #take(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.seq > this.#floor && typeof (this.#slots.get(entry.seq) ?? "none") === "string") {
        this.#slots.set(entry.seq, entry);
      }
    }
    const numbers = this.#numbers();
    for (let seq = numbers[0] ?? 0; seq < (numbers.at(-1) ?? 0); seq++) {
      if (!this.#slots.has(seq)) this.#slots.set(seq, "missing");
    }
    this.#newest = Math.max(this.#newest, numbers.at(-1) ?? 0);
  }

  #evict(): void {
    while (this.rows().length > this.capacity) {
      this.#dropOldestRow();
      const [first, second] = this.rows();
      if (first && second && "gap" in first) this.#dropOldestRow();
    }
  }

  #dropOldestRow(): void {
    const [oldest] = this.rows();
    if (!oldest) return;
    const last = "gap" in oldest ? oldest.before - 1 : oldest.seq;
    for (const seq of this.#numbers()) if (seq <= last) this.#slots.delete(seq);
    this.#floor = last;
    this.droppedOldest += 1;
  }

  #numbers(): number[] {
    return [...this.#slots.keys()].sort((one, other) => one - other);
  }
}

function gap(after: number, before: number, slot: "missing" | "lost"): LogRow {
  const row = { gap: true, after, before, count: before - after - 1 } as const;
  return slot === "lost" ? { ...row, lost: true } : row;
}

function lineOf({ seq, time, stream, line: text, partial }: LogEntry): LogRow {
  return partial ? { seq, time, stream, text, partial } : { seq, time, stream, text };
}

function stretches(entries: readonly LogEntry[]): LogEntry[][] {
  const all: LogEntry[][] = [];
  for (const entry of entries) {
    const last = all.at(-1);
    if (last?.at(-1)?.seq === entry.seq - 1) last?.push(entry);
    else all.push([entry]);
  }
  return all;
}
