import { expect, it } from "vitest";
import { LogRing } from "../../../src/renderer/store/log-ring.js";
import { NaiveRing } from "./naive-ring.js";
import { batchOf, entriesOf, randomFrom } from "./printed-log.js";

const RUNS = 120;
const STEPS = 40;

type Step = (ring: LogRing | NaiveRing) => void;

/** What may happen to a ring: lines in order and out of order, holes, doubles, pages, clears. */
function randomStep(random: (below: number) => number, printed: { last: number }): Step {
  const from = 1 + random(printed.last + 1);
  const to = from + random(12);
  switch (random(10)) {
    case 0:
      return (ring) => ring.clear();
    case 1:
      return (ring) => ring.push(batchOf(from, to)); // a double, an overlap, or lines for a gap
    case 2: {
      const missing = 1 + random(9);
      printed.last += missing;
      const seq = printed.last + 1;
      return (ring) => ring.push(batchOf(seq, seq - 1, { dropped: missing }));
    }
    case 3:
    case 4: {
      const held = from + random(to - from + 2); // the buffer may have lost the first of them, or all
      return (ring) => ring.fill(entriesOf(held, to), from - 1, to + 1);
    }
    default: {
      const first = printed.last + 1 + (random(3) === 0 ? random(8) : 0);
      printed.last = first + random(10);
      const batch = batchOf(first, printed.last, random(4) === 0 ? { partial: true } : {});
      return (ring) => ring.push(batch);
    }
  }
}

it("a ring holds what a naive one holds, whatever comes in whatever order", () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = randomFrom(seed);
    const capacity = 1 + random(30);
    const ring = new LogRing({ lines: capacity });
    const naive = new NaiveRing(capacity);
    const printed = { last: random(2) * 100 };
    for (let step = 1; step <= STEPS; step++) {
      const change = randomStep(random, printed);
      change(ring);
      change(naive);
      const about = `seed ${seed}, step ${step}`;
      expect(ring.toArray(), about).toEqual(naive.rows());
      expect(ring.length, about).toBe(naive.rows().length);
      expect(ring.droppedOldest, about).toBe(naive.droppedOldest);
    }
  }
});

it("a list that follows a ring by its counters shows what the ring holds", () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = randomFrom(seed);
    const ring = new LogRing({ lines: 1 + random(30) });
    const printed = { last: 0 };
    let shown = ring.toArray();
    let seen = { layout: ring.layout, end: 0 };
    for (let step = 1; step <= STEPS; step++) {
      randomStep(random, printed)(ring);
      const end = ring.droppedOldest + ring.length;
      if (ring.layout !== seen.layout) shown = ring.toArray();
      else {
        for (let position = Math.max(seen.end, ring.droppedOldest); position < end; position++) {
          const row = ring.at(position - ring.droppedOldest);
          if (row) shown.push(row);
        }
        shown = shown.slice(shown.length - ring.length);
      }
      seen = { layout: ring.layout, end };
      expect(shown, `seed ${seed}, step ${step}`).toEqual(ring.toArray());
    }
  }
});
