import { afterEach, describe, expect, it, vi } from "vitest";
import { LogRing, type LogRow } from "../../../src/renderer/store/log-ring.js";
import { batchOf, entriesOf, numbers, TIME } from "./printed-log.js";

/** Rows in short: a number for a line, `(after, before)` for a gap, with `lost` if it is. */
function short(ring: LogRing): (number | string)[] {
  return ring.toArray().map((row) => {
    if (!("gap" in row)) return row.seq;
    return `(${row.after}, ${row.before})${row.lost ? " lost" : ""}`;
  });
}

describe("a log ring", () => {
  it("holds the lines of batches in order, each with its text, number, stream and time", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 2));
    ring.push(batchOf(3, 3, { stream: "stderr", text: "late" }));
    expect(ring.toArray()).toEqual([
      { seq: 1, time: TIME, stream: "stdout", text: "line 1" },
      { seq: 2, time: TIME, stream: "stdout", text: "line 2" },
      { seq: 3, time: TIME, stream: "stderr", text: "late" },
    ]);
  });

  it("reads rows from either end, and has none beyond", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 3));
    expect(
      [ring.at(0), ring.at(-1), ring.at(3), ring.at(-4)].map((row) => row && "seq" in row && row.seq),
    ).toEqual([1, 3, undefined, undefined]);
  });

  it("gives the same object for a row as long as the row does not change", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 3));
    const row = ring.at(1);
    ring.push(batchOf(7, 9));
    expect(ring.at(1)).toBe(row);
  });

  it("keeps the pieces of a line as rows of their own, marked as partial", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 2, { text: "ready\nPassword: ", partial: true }));
    ring.push(batchOf(3, 3, { text: "" }));
    expect(ring.toArray().map((row) => "partial" in row)).toEqual([false, true, false]);
  });

  it("drops what it holds already, and takes the rest of an overlapping batch", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 5));
    ring.push(batchOf(2, 4));
    ring.push(batchOf(4, 7));
    expect(short(ring)).toEqual(numbers(1, 7));
  });

  it("does not tell of another layout for lines that it holds already, or for new ones at the end", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 5));
    const { layout } = ring;
    ring.push(batchOf(2, 4));
    ring.push(batchOf(4, 7));
    ring.push(batchOf(20, 21));
    expect(ring.layout).toBe(layout);
  });

  it("shows a hole as a gap with the number of missing lines", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 2));
    ring.push(batchOf(1207, 1207, { dropped: 1204 }));
    expect(ring.at(2)).toEqual({ gap: true, after: 2, before: 1207, count: 1204 });
  });

  it("shows lines that were dropped before the first batch", () => {
    const ring = new LogRing();
    ring.push(batchOf(500, 501, { dropped: 100 }));
    expect(short(ring)).toEqual(["(399, 500)", 500, 501]);
  });

  it("takes for missing what a batch without lines tells, and joins it with what is missing next", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 2));
    ring.push(batchOf(12, 11, { dropped: 9 }));
    expect(short(ring)).toEqual([1, 2, "(2, 12)"]);
    ring.push(batchOf(20, 20, { dropped: 8 }));
    expect(short(ring)).toEqual([1, 2, "(2, 20)", 20]);
  });

  it("makes no gap of lines before those that a late page learned first", () => {
    const ring = new LogRing();
    ring.push(batchOf(500, 501));
    expect(short(ring)).toEqual([500, 501]);
  });

  it("fills a gap from the buffer, and marks as lost what that does not hold any more", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 2));
    ring.push(batchOf(10, 10));
    const { layout } = ring;
    ring.fill(entriesOf(6, 9), 2, 10);
    expect(short(ring)).toEqual([1, 2, "(2, 6) lost", 6, 7, 8, 9, 10]);
    expect(ring.layout).toBeGreaterThan(layout);
  });

  it("leaves what was not asked for of a gap as it was", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 1));
    ring.push(batchOf(10, 10));
    ring.fill(entriesOf(8, 9), 5, 10);
    expect(short(ring)).toEqual([1, "(1, 6)", "(5, 8) lost", 8, 9, 10]);
  });

  it("takes older lines in before those that it has", () => {
    const ring = new LogRing();
    ring.push(batchOf(10, 11));
    ring.fill(entriesOf(7, 12), 6, 13);
    ring.fill(entriesOf(1, 6), 0, 7);
    expect(short(ring)).toEqual(numbers(1, 12));
  });

  it("lets the oldest rows go beyond its capacity, and counts them", () => {
    const ring = new LogRing({ lines: 4 });
    ring.push(batchOf(1, 3));
    ring.push(batchOf(4, 6));
    expect(short(ring)).toEqual([3, 4, 5, 6]);
    expect(ring.droppedOldest).toBe(2);
    ring.fill(entriesOf(1, 2), 0, 3);
    expect(short(ring)).toEqual([3, 4, 5, 6]);
  });

  it("does not keep a gap before its first line, once older lines have left", () => {
    const ring = new LogRing({ lines: 3 });
    ring.push(batchOf(1, 1));
    ring.push(batchOf(5, 6));
    ring.push(batchOf(7, 7));
    expect(short(ring)).toEqual([5, 6, 7]);
  });

  it("keeps a bounded amount of text, however long the lines are", () => {
    const ring = new LogRing({ characters: 1000 });
    for (const seq of numbers(1, 100)) ring.push(batchOf(seq, seq, { text: "x".repeat(100) }));
    expect(short(ring)).toEqual(numbers(91, 100));
  });

  it("forgets everything when it is cleared, and what follows is no gap", () => {
    const ring = new LogRing();
    ring.push(batchOf(1, 5));
    ring.clear();
    expect(ring.length).toBe(0);
    ring.fill(entriesOf(1, 5), 0, 6);
    ring.push(batchOf(4, 6));
    expect(short(ring)).toEqual([6]);
    expect(ring.droppedOldest).toBe(0);
  });

  it("knows where a log goes on of which every line was cleared", () => {
    const ring = new LogRing();
    ring.fill([], 500, 501);
    ring.push(batchOf(490, 495));
    ring.push(batchOf(503, 503));
    expect(short(ring)).toEqual(["(500, 503)", 503]);
  });
});

describe("who listens to a log ring", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is told once per frame, however many batches came", () => {
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback));
    const draw = () => {
      for (const frame of frames.splice(0)) frame(0);
    };
    const ring = new LogRing();
    const heard = vi.fn();
    const end = ring.subscribe(heard);
    for (const seq of numbers(1, 1000)) ring.push(batchOf(seq, seq));
    expect(heard).not.toHaveBeenCalled();
    draw();
    draw();
    expect(heard).toHaveBeenCalledTimes(1);
    ring.clear();
    end();
    draw();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("is told where nothing is drawn too", async () => {
    vi.stubGlobal("requestAnimationFrame", undefined);
    const ring = new LogRing();
    const told = new Promise<number>((resolve) => ring.subscribe(() => resolve(ring.version)));
    ring.push(batchOf(1, 1));
    await expect(told).resolves.toBe(1);
  });
});

describe("a flood", () => {
  it("costs a fraction of the time in which it comes", () => {
    const ring = new LogRing();
    const text = Array.from({ length: 1000 }, (_, index) => `${index} ${"x".repeat(80)}`).join("\n");
    let read: LogRow | undefined;
    const began = performance.now();
    for (let batch = 0; batch < 1000; batch++) {
      ring.push(batchOf(1 + batch * 1000, 0, { text, count: 1000 }));
      read = ring.at(-1);
    }
    // A million lines with every one of them looked at: what comes in ten seconds takes far less than ten.
    expect(performance.now() - began).toBeLessThan(5000);
    expect(read).toMatchObject({ seq: 1_000_000 });
    expect([ring.length, ring.droppedOldest]).toEqual([10_000, 990_000]);
  });
});
