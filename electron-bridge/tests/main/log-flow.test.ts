/** How a window that is behind is spared lines, and told of it. */
import { expect, test } from "vitest";
import { LogFlow, MOST_UNREAD_CHARACTERS } from "../../src/main/log-flow.js";
import { batch } from "../support/log-params.js";

const HALF = "x".repeat(MOST_UNREAD_CHARACTERS / 2);

/** A flow whose window has as much on its way as there may be. */
function full(): LogFlow {
  const flow = new LogFlow();
  flow.received(0);
  flow.admit(batch(1, 1, { text: HALF }));
  flow.admit(batch(2, 1, { text: HALF }));
  return flow;
}

test("a window that never acknowledges is sent everything", () => {
  const flow = new LogFlow();
  for (let seq = 1; seq <= 5; seq += 1) {
    const one = batch(seq, 1, { text: HALF });
    expect(flow.admit(one)).toBe(one);
  }
});

test("lines beyond what may be on its way are left out, and counted in the next ones", () => {
  const flow = full();
  expect(flow.admit(batch(3, 4))).toBeUndefined();
  expect(flow.admit(batch(9, 1, { dropped: 2 }))).toBeUndefined();
  // It has caught up by a little: not yet worth a word of its own.
  expect(flow.received(100)).toEqual([]);
  expect(flow.admit(batch(10, 1))).toEqual(batch(10, 1, { dropped: 7 }));
  expect(flow.admit(batch(11, 1))).toEqual(batch(11, 1));
});

test("lines left out are told when the window has caught up, even if no further line comes", () => {
  const flow = full();
  flow.admit(batch(3, 4));
  flow.admit(batch(1, 2, { name: "worker", stream: "stderr" }));
  expect(flow.received(MOST_UNREAD_CHARACTERS)).toEqual([
    batch(7, 0, { dropped: 4 }),
    batch(3, 0, { name: "worker", stream: "stderr", dropped: 2 }),
  ]);
  expect(flow.received(0)).toEqual([]);
  expect(flow.admit(batch(7, 1))).toEqual(batch(7, 1));
});

test("the lines of one server left out are not told as another's", () => {
  const flow = full();
  flow.admit(batch(3, 4));
  flow.received(100);
  expect(flow.admit(batch(1, 1, { name: "worker" }))).not.toHaveProperty("dropped");
});

test("a batch larger than all that may be on its way reaches a window that has read everything", () => {
  const flow = new LogFlow();
  flow.received(0);
  const large = batch(1, 1, { text: HALF + HALF + HALF });
  expect(flow.admit(large)).toBe(large);
});

test("a new page starts with nothing unread and nothing left out", () => {
  const flow = full();
  flow.admit(batch(3, 4));
  flow.restart();
  expect(flow.admit(batch(7, 1, { text: HALF }))).toEqual(batch(7, 1, { text: HALF }));
});

test("more acknowledged than was sent counts for nothing", () => {
  const flow = new LogFlow();
  flow.received(MOST_UNREAD_CHARACTERS * 10);
  flow.admit(batch(1, 1, { text: HALF }));
  flow.admit(batch(2, 1, { text: HALF }));
  expect(flow.admit(batch(3, 1))).toBeUndefined();
});
