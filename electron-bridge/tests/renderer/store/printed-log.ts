/** What a server has printed in a test, as batches and as entries of the sidecar's buffer. */
import type { LogEntry, LogParams } from "../../../src/shared/generated/protocol.js";

export const TIME = "2026-03-01T09:30:00.125Z";

/** The text of line number `seq` of the imagined server. */
export function textOf(seq: number): string {
  return `line ${seq}`;
}

/** The batch of the lines from `from` to `to`, both inclusive. */
export function batchOf(from: number, to: number, more: Partial<LogParams> = {}): LogParams {
  const texts = numbers(from, to).map(textOf);
  const head = { name: "api", stream: "stdout", time: TIME } as const;
  return { ...head, text: texts.join("\n"), count: texts.length, seq: from, ...more };
}

/** What the buffer answers for the lines from `from` to `to`, both inclusive. */
export function entriesOf(from: number, to: number): LogEntry[] {
  return numbers(from, to).map((seq) => ({ seq, time: TIME, stream: "stdout", line: textOf(seq) }));
}

/** The numbers from `from` to `to`, both inclusive. */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** Random numbers that are the same in every run (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}
