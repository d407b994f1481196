/** How log lines are gathered. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GATHER_MS, LogBatches, MAX_BATCH_CHARACTERS, merged } from "../../src/main/log-batches.js";
import type { LogMeta } from "../../src/shared/api.js";
import type { LogParams } from "../../src/shared/generated/protocol.js";
import { forEachLine } from "../../src/shared/log-lines.js";
import { batch } from "../support/log-params.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function gathering() {
  const sent: LogParams[] = [];
  return { sent, batches: new LogBatches((one) => sent.push(one)) };
}

/** The lines of all batches one by one; without the time, which a gathered line shares with its first. */
function linesOf(all: LogParams[]): [string, Omit<LogMeta, "time">][] {
  const lines: [string, Omit<LogMeta, "time">][] = [];
  for (const one of all) forEachLine(one, (line, { time: _, ...meta }) => lines.push([line, meta]));
  return lines;
}

describe("two batches become one", () => {
  test("when the second goes on where the first ended", () => {
    const both = merged(batch(1, 2), batch(3, 1, { time: "later", partial: true }));
    expect(both).toEqual({ ...batch(1, 3), partial: true });
  });

  test.each<[string, LogParams, LogParams]>([
    ["of another stream", batch(1, 2), batch(3, 1, { stream: "stderr" })],
    ["of another server", batch(1, 2), batch(3, 1, { name: "worker" })],
    ["after a gap", batch(1, 2), batch(4, 1)],
    ["with lines left out before", batch(1, 2), batch(3, 1, { dropped: 2 })],
    ["after an unfinished line", batch(1, 2, { partial: true }), batch(3, 1)],
    ["after a batch without lines", batch(1, 0, { text: "", dropped: 3 }), batch(1, 1)],
    ["that has no lines", batch(1, 2), batch(3, 0, { text: "" })],
  ])("but not one %s", (_what, first, second) => {
    expect(merged(first, second)).toBeUndefined();
  });
});

describe("a server's lines", () => {
  test("go out at once after a pause, and are gathered while more keep coming", () => {
    const { sent, batches } = gathering();
    batches.add(batch(1, 1));
    expect(sent).toHaveLength(1);
    batches.add(batch(2, 1));
    batches.add(batch(3, 2));
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(GATHER_MS);
    expect(sent).toEqual([batch(1, 1), batch(2, 3)]);
    batches.add(batch(5, 1));
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(2 * GATHER_MS);
    expect(sent).toHaveLength(3);
    batches.add(batch(6, 1));
    expect(sent).toHaveLength(4);
    batches.flushAll();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("go out when there are many, and never in a larger batch", () => {
    const { sent, batches } = gathering();
    const text = "x".repeat(60 * 1024);
    for (let seq = 1; seq <= 20; seq += 1) batches.add(batch(seq, 1, { text }));
    expect(sent.length).toBeGreaterThan(4);
    batches.flushAll();
    expect(Math.max(...sent.map((one) => one.text.length))).toBeLessThanOrEqual(MAX_BATCH_CHARACTERS);
    expect(linesOf(sent)).toHaveLength(20);
  });

  test("go out before anything else of that server, and wait on for another's sake", () => {
    const { sent, batches } = gathering();
    for (const name of ["api", "worker"]) {
      batches.add(batch(1, 1, { name }));
      batches.add(batch(2, 1, { name }));
    }
    batches.flush("api");
    expect(sent.map(({ name, seq }) => [name, seq])).toEqual([
      ["api", 1],
      ["worker", 1],
      ["api", 2],
    ]);
    batches.flush("nobody");
    batches.flushAll();
    expect(sent).toHaveLength(4);
  });
});

test("whatever comes in whatever pace, every line arrives once, in order, with what is known of it", () => {
  // A small generator of its own, so that a failure comes again.
  let state = 20_261_122;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let round = 0; round < 200; round += 1) {
    const { sent, batches } = gathering();
    const given: LogParams[] = [];
    let seq = 1;
    for (let step = 0; step < 30; step += 1) {
      const dropped = random(6) === 0 ? 1 + random(5) : 0;
      const count = dropped > 0 ? random(3) : 1 + random(4);
      seq += dropped;
      const one = batch(seq, count, {
        stream: random(3) === 0 ? "stderr" : "stdout",
        ...(count > 0 && random(5) === 0 && { partial: true as const }),
        ...(dropped > 0 && { dropped }),
        ...(random(20) === 0 && count === 1 && { text: "x".repeat(random(150_000)) }),
      });
      seq += count;
      given.push(one);
      batches.add(one);
      if (random(4) === 0) vi.advanceTimersByTime(random(40));
      if (random(8) === 0) batches.flush("api");
    }
    batches.flushAll();
    expect(linesOf(sent)).toEqual(linesOf(given));
    const left = (all: LogParams[]) => all.reduce((sum, { dropped }) => sum + (dropped ?? 0), 0);
    expect(left(sent)).toBe(left(given));
  }
});
