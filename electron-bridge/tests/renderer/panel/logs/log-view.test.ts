import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { isGap } from "../../../../src/renderer/panel/logs/held-rows.js";
import { LogView } from "../../../../src/renderer/panel/logs/log-view.js";
import { createMatcher, type Matcher } from "../../../../src/renderer/panel/logs/matcher.js";
import { LogRing } from "../../../../src/renderer/store/log-ring.js";

let ring: LogRing;
let next: number;

function print(count: number, word = "line", stream: "stdout" | "stderr" = "stdout"): void {
  const text = Array.from({ length: count }, (_, index) => `${word} ${next + index}`).join("\n");
  ring.push({ name: "api", stream, text, count, seq: next, time: "2026-11-22T03:01:07.000Z" });
  next += count;
}

function matcherOf(text: string): Matcher {
  const matcher = createMatcher({ text, regex: true });
  if (!matcher || "error" in matcher) throw new Error("not a matcher");
  return matcher;
}

/** What is shown, gaps as `<count>`. */
function shown(view: LogView): string[] {
  return [...view.rows()].map((row) => (isGap(row) ? `<${row.count}>` : row.text));
}

const filter = { stream: "all", matcher: undefined, onlyMatching: false } as const;

beforeEach(() => {
  ring = new LogRing({ lines: 10 });
  next = 1;
});

describe("a view that follows", () => {
  it("shows what the ring holds and lets go of what the ring lets go of", () => {
    print(3);
    const view = new LogView(ring);
    expect(shown(view)).toEqual(["line 1", "line 2", "line 3"]);
    print(9);
    view.sync();
    expect(shown(view)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${index + 3}`));
  });

  it("keeps up when everything it had is gone in one go", () => {
    print(4);
    const view = new LogView(ring);
    print(500);
    view.sync();
    expect(shown(view).at(0)).toBe("line 495");
    expect(view.count).toBe(10);
    expect(view.newCount).toBe(0);
  });

  it("shows lines that were dropped on the way as one row", () => {
    print(2);
    next += 1204;
    print(1);
    expect(shown(new LogView(ring))).toEqual(["line 1", "line 2", "<1204>", "line 1207"]);
  });

  it("is empty when the log was cleared, and goes on with what comes", () => {
    print(5);
    const view = new LogView(ring);
    ring.clear();
    view.sync();
    expect(view.count).toBe(0);
    print(2);
    view.sync();
    expect(shown(view)).toEqual(["line 6", "line 7"]);
  });

  it("shows the lines of a gap once they are loaded, also if they are no more rows than before", () => {
    print(2);
    next += 1;
    print(1);
    const view = new LogView(ring);
    ring.fill([{ seq: 3, time: "2026-11-22T03:01:07.000Z", stream: "stdout", line: "found" }], 2, 4);
    view.sync();
    expect(shown(view)).toEqual(["line 1", "line 2", "found", "line 4"]);
  });

  it("tells its listeners once per frame, however much comes", async () => {
    const view = new LogView(ring);
    let told = 0;
    const end = view.subscribe(() => told++);
    for (let batch = 0; batch < 50; batch++) print(20);
    await vi.waitFor(() => expect(shown(view).at(-1)).toBe("line 1000"));
    expect(told).toBe(1);
    end();
    print(1);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    expect(told).toBe(1);
  });

  it("is drawn less often than the page while lines rush past, and ends with the last of them", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const view = new LogView(ring);
    let told = 0;
    onTestFinished(view.subscribe(() => told++));
    const frames = 120;
    for (let frame = 0; frame < frames; frame++) {
      print(5);
      vi.advanceTimersToNextFrame();
    }
    expect(told).toBeGreaterThan(frames / 10);
    expect(told).toBeLessThan(frames / 2);
    vi.runAllTimers();
    expect(shown(view).at(-1)).toBe(`line ${frames * 5}`);
  });

  it("goes on telling the others when one listener leaves", async () => {
    const view = new LogView(ring);
    let told = 0;
    const leaves = view.subscribe(() => {});
    onTestFinished(view.subscribe(() => told++));
    leaves();
    print(1);
    await vi.waitFor(() => expect(told).toBe(1));
  });

  it("knows when lines come too fast to be read aloud", () => {
    const view = new LogView(ring);
    print(1);
    view.sync();
    expect(view.calm).toBe(true);
    print(100);
    view.sync();
    expect(view.calm).toBe(false);
  });
});

describe("a view that stands still", () => {
  it("keeps its rows although the ring has lost them, and counts the new ones", () => {
    print(10);
    const view = new LogView(ring);
    view.pause();
    print(7);
    view.sync();
    expect(shown(view).slice(0, 2)).toEqual(["line 1", "line 2"]);
    expect(shown(view)).toHaveLength(17);
    expect(view.newCount).toBe(7);
  });

  it("shows a gap where the ring went on too far in between", () => {
    print(4);
    const view = new LogView(ring);
    view.pause();
    print(30);
    view.sync();
    expect(shown(view).slice(0, 6)).toEqual(["line 1", "line 2", "line 3", "line 4", "<20>", "line 25"]);
    expect(view.newCount).toBe(30);
  });

  it("holds no more than it can bear, and goes on counting", () => {
    ring = new LogRing({ lines: 60_000 });
    const view = new LogView(ring);
    view.pause();
    for (let part = 0; part < 3; part++) {
      print(60_000);
      view.sync();
    }
    expect(view.count).toBeLessThanOrEqual(100_000);
    expect(view.newCount).toBe(180_000);
    view.follow();
    expect(shown(view).at(-1)).toBe("line 180000");
    expect(view.count).toBe(60_000);
  });

  it("is back at the newest lines when it follows again", () => {
    print(10);
    const view = new LogView(ring);
    view.pause();
    print(40);
    view.sync();
    view.follow();
    expect(shown(view)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${index + 41}`));
    expect(view.newCount).toBe(0);
  });

  it("takes in the lines of a gap without losing what only it still has", () => {
    print(10);
    const view = new LogView(ring);
    view.pause();
    next += 2;
    print(2);
    view.sync();
    const layout = view.layout;
    const came = view.newCount;
    ring.fill(
      [11, 12].map((seq) => ({
        seq,
        time: "2026-11-22T03:01:07.000Z",
        stream: "stdout" as const,
        line: `loaded ${seq}`,
      })),
      10,
      13,
    );
    view.sync();
    expect(shown(view)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `line ${index + 1}`),
      "loaded 11",
      "loaded 12",
      "line 13",
      "line 14",
    ]);
    expect(view.layout).toBeGreaterThan(layout);
    expect([came, view.newCount]).toEqual([4, 4]);
    expect(view.at(view.indexOfKey(13))).toMatchObject({ seq: 13 });
  });
});

describe("a view with a filter", () => {
  it("shows one stream, and the gaps of both", () => {
    print(2, "out");
    print(2, "err", "stderr");
    next += 5;
    print(1, "out");
    const view = new LogView(ring);
    view.setFilter({ ...filter, stream: "stderr" });
    expect(shown(view)).toEqual(["err 3", "err 4", "<5>"]);
    print(1, "err", "stderr");
    view.sync();
    expect(shown(view)).toEqual(["err 3", "err 4", "<5>", "err 11"]);
    view.setFilter(filter);
    expect(view.count).toBe(7);
  });

  it("shows only lines that match, and goes on doing so as the ring turns over", () => {
    print(10);
    const view = new LogView(ring);
    view.setFilter({ ...filter, matcher: matcherOf("[05]$"), onlyMatching: true });
    expect(shown(view)).toEqual(["line 5", "line 10"]);
    print(7);
    view.sync();
    expect(shown(view)).toEqual(["line 10", "line 15"]);
    expect(view.matchCount).toBe(2);
  });

  it("looks at the text that is seen, not at escape sequences", () => {
    print(1, "\u001b[31mred\u001b[0m");
    const view = new LogView(ring);
    view.setFilter({ ...filter, matcher: matcherOf("^red \\d"), onlyMatching: true });
    expect(view.matchCount).toBe(1);
    view.setFilter({ ...filter, matcher: matcherOf("31m"), onlyMatching: true });
    expect(view.nothingFound).toBe(true);
  });

  it("counts, while it stands still, the new lines that it lets through", () => {
    print(4);
    const view = new LogView(ring);
    view.pause();
    view.setFilter({ ...filter, stream: "stderr" });
    print(2);
    print(3, "err", "stderr");
    view.sync();
    expect(view.newCount).toBe(3);
  });

  it("leaves the frame its time when there is much to look through", () => {
    ring = new LogRing({ lines: 20_000 });
    print(20_000);
    const view = new LogView(ring);
    const clock = vi.spyOn(performance, "now");
    let time = 0;
    clock.mockImplementation(() => (time += 1));
    view.setFilter({ ...filter, matcher: matcherOf("7") });
    expect(view.searching).toBe(true);
    const first = view.matchCount;
    while (view.searching) view.sync();
    clock.mockRestore();
    expect(first).toBeGreaterThan(0);
    expect(view.matchCount).toBe(
      [...view.heldRows()].filter((row) => !isGap(row) && row.text.includes("7")).length,
    );
    expect(view.matchCount).toBeGreaterThan(first);
  });
});

describe("going from match to match", () => {
  it("goes down and up, and around the end", () => {
    print(10);
    const view = new LogView(ring);
    view.setFilter({ ...filter, matcher: matcherOf("[369]$") });
    const go = (direction: 1 | -1, from = 0) => {
      const index = view.goToMatch(direction, from);
      const row = index === undefined ? undefined : view.at(index);
      return row && !isGap(row) ? `${view.currentOrdinal}: ${row.text}` : undefined;
    };
    expect([go(1, 4), go(1), go(1), go(-1), go(-1)]).toEqual([
      "2: line 6",
      "3: line 9",
      "1: line 3",
      "3: line 9",
      "2: line 6",
    ]);
    expect(view.following).toBe(false);
  });

  it("begins at the last one when it comes from the end", () => {
    print(10);
    const view = new LogView(ring);
    view.setFilter({ ...filter, matcher: matcherOf("[369]$"), onlyMatching: true });
    expect(view.goToMatch(-1, view.count)).toBe(2);
    expect(view.isCurrent(2)).toBe(true);
  });

  it("has nowhere to go without a match", () => {
    print(3);
    const view = new LogView(ring);
    view.setFilter({ ...filter, matcher: matcherOf("nothing") });
    expect(view.goToMatch(1, 0)).toBeUndefined();
    expect(view.currentOrdinal).toBe(0);
  });
});
