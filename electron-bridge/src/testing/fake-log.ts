/** The numbered lines of one fake server: numbers go on over restarts and over being cleared. */
import type { LogEntry, LogPage, LogParams } from "../shared/generated/protocol.js";
import type { FakeLine } from "./script.js";

const STATUS_LINES = 100;

/** Holds the newest lines and makes batches of new ones. */
export class FakeLog {
  #entries: LogEntry[] = [];
  #next = 1;

  constructor(
    private readonly name: string,
    private readonly kept: number,
  ) {}

  /** Takes lines in and returns them as they travel: neighbours of one stream together. */
  append(lines: readonly FakeLine[]): LogParams[] {
    const batches: LogParams[] = [];
    const time = new Date().toISOString();
    for (const { line, stream = "stdout", partial } of lines.flatMap(separate)) {
      const entry: LogEntry = { seq: this.#next++, time, stream, line };
      if (partial) entry.partial = true;
      this.#entries.push(entry);
      const last = batches.at(-1);
      if (last && last.stream === stream && !last.partial) {
        last.text += `\n${line}`;
        last.count += 1;
        if (partial) last.partial = true;
      } else {
        const { seq } = entry;
        batches.push({
          name: this.name,
          stream,
          text: line,
          count: 1,
          seq,
          time,
          ...(partial && { partial }),
        });
      }
    }
    // Slices once in a while only: a flood would copy the whole log for each of its batches.
    if (this.#entries.length > this.kept * 2) this.#entries = this.#entries.slice(-this.kept);
    return batches;
  }

  /** The newest lines, as a status holds them. */
  newest(count = STATUS_LINES): string[] {
    return this.#held()
      .slice(-count)
      .map((entry) => entry.line);
  }

  clear(): number {
    const cleared = this.#held().length;
    this.#entries = [];
    return cleared;
  }

  /** As `get_logs` answers. */
  page({ after, limit = 1000, stream }: { after?: number; limit?: number; stream?: string }): LogPage {
    const wanted = this.#held().filter((entry) => stream === undefined || entry.stream === stream);
    const newest = this.#next - 1;
    if (after === undefined) return { entries: wanted.slice(-limit), next: newest, dropped: 0 };
    const later = wanted.filter((entry) => entry.seq > after);
    const entries = later.slice(0, limit);
    const next = later.length > limit ? (entries.at(-1)?.seq ?? after) : Math.max(newest, after);
    const oldest = this.#held()[0]?.seq ?? this.#next;
    return { entries, next, dropped: Math.max(0, oldest - after - 1) };
  }

  #held(): LogEntry[] {
    return this.#entries.slice(-this.kept);
  }
}

/** A text of several lines is several entries; only the last of them can be unfinished. */
function separate(given: FakeLine): Exclude<FakeLine, string>[] {
  const { line, partial, ...rest } = typeof given === "string" ? { line: given } : given;
  const lines = line.split("\n");
  return lines.map((one, index) => ({
    line: one,
    ...rest,
    ...(partial && index === lines.length - 1 && { partial }),
  }));
}
