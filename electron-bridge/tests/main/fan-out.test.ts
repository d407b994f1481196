/** Several windows, of which some are gone, throw or are slow. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FanOut } from "../../src/main/fan-out.js";
import { MOST_UNREAD_CHARACTERS } from "../../src/main/log-flow.js";
import type { WindowLike } from "../../src/main/options.js";
import type { LogParams, StatusParams } from "../../src/shared/generated/protocol.js";
import { WindowDouble } from "../support/electron-objects.js";
import { batch } from "../support/log-params.js";

const STATUS: StatusParams = {
  name: "api",
  kind: "local",
  status: "running",
  port: 1,
  host: "127.0.0.1",
  restarts: 0,
  conditions: [],
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function fanOutTo(...windows: WindowLike[]): FanOut {
  return new FanOut(() => windows);
}

function seqs(window: WindowDouble): number[] {
  return window.told<LogParams>("python-log").map(({ seq }) => seq);
}

describe("every window", () => {
  test("is told everything, each log line before what came after it", () => {
    const windows = [new WindowDouble(), new WindowDouble()];
    const fanOut = fanOutTo(...windows);
    fanOut.tell("python-log", batch(1, 1));
    fanOut.tell("python-log", batch(2, 1));
    fanOut.tell("python-server-status", STATUS);
    fanOut.tell("python-log", batch(3, 1));
    fanOut.tell("python-sidecar-status", { status: "restarting" });
    for (const { received } of windows) {
      expect(received.map(([channel, payload]) => [channel, (payload as LogParams).seq])).toEqual([
        ["python-log", 1],
        ["python-log", 2],
        ["python-server-status", undefined],
        ["python-log", 3],
        ["python-sidecar-status", undefined],
      ]);
    }
  });

  test("that opens later is told what happens from then on", () => {
    const windows: WindowDouble[] = [];
    const fanOut = new FanOut(() => windows);
    fanOut.tell("python-server-status", STATUS);
    const late = new WindowDouble();
    windows.push(late);
    fanOut.tell("python-server-status", STATUS);
    expect(late.told("python-server-status")).toHaveLength(1);
  });
});

describe("the other windows are told", () => {
  test("when one is destroyed, which is sent nothing any more", () => {
    const [gone, live] = [new WindowDouble(), new WindowDouble()];
    const fanOut = fanOutTo(gone, live);
    fanOut.tell("python-log", batch(1, 1));
    gone.destroyed = true;
    fanOut.tell("python-log", batch(2, 1));
    fanOut.tell("python-server-status", STATUS);
    expect(gone.received).toHaveLength(1);
    expect(live.received).toHaveLength(3);
  });

  test("when one throws, whose failure is a warning", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const bad: WindowLike = {
      send() {
        throw new Error("an object could not be cloned");
      },
      isDestroyed: () => false,
    };
    const live = new WindowDouble();
    fanOutTo(bad, live).tell("python-server-status", STATUS);
    expect(live.received).toHaveLength(1);
    expect((await warned).message).toContain("an object could not be cloned");
  });

  test("when one is gone so far that even asking throws", () => {
    const bad: WindowLike = {
      send: () => {},
      isDestroyed() {
        throw new TypeError("Object has been destroyed");
      },
    };
    const live = new WindowDouble();
    fanOutTo(bad, live).tell("python-server-status", STATUS);
    expect(live.received).toHaveLength(1);
  });

  test("every line, while one that reads slowly is spared what it could not keep up with", () => {
    const [slow, quick] = [new WindowDouble(), new WindowDouble()];
    const fanOut = fanOutTo(slow, quick);
    fanOut.received(slow, 0);
    const text = "x".repeat(MOST_UNREAD_CHARACTERS / 4);
    for (let seq = 1; seq <= 10; seq += 1) {
      fanOut.tell("python-log", batch(seq, 1, { text }));
      fanOut.tell("python-server-status", STATUS);
    }
    expect(seqs(quick)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(seqs(slow)).toEqual([1, 2, 3, 4]);
    expect(slow.told("python-server-status")).toHaveLength(10);

    fanOut.received(slow, MOST_UNREAD_CHARACTERS);
    expect(slow.told<LogParams>("python-log").at(-1)).toMatchObject({ count: 0, seq: 11, dropped: 6 });
  });
});

describe("windows that are listed as new objects each time", () => {
  test("are each told everything and then let go", () => {
    let listening = 0;
    const fanOut = new FanOut(() => [
      {
        send: () => {},
        isDestroyed: () => false,
        on: () => (listening += 1),
        off: () => (listening -= 1),
      },
    ]);
    for (let seq = 1; seq <= 100; seq += 1) {
      fanOut.tell("python-log", batch(seq, 1));
      fanOut.tell("python-server-status", STATUS);
    }
    expect(listening).toBe(0);
  });
});

describe("a window that acknowledges", () => {
  test("starts anew with each page", () => {
    const window = new WindowDouble();
    const fanOut = fanOutTo(window);
    fanOut.received(window, 0);
    const text = "x".repeat(MOST_UNREAD_CHARACTERS);
    fanOut.tell("python-log", batch(1, 1, { text }));
    fanOut.tell("python-log", batch(2, 1));
    fanOut.tell("python-server-status", STATUS);
    expect(seqs(window)).toEqual([1]);
    window.emit("did-navigate");
    fanOut.tell("python-log", batch(3, 1));
    fanOut.tell("python-server-status", STATUS);
    expect(seqs(window)).toEqual([1, 3]);
  });

  test("is listened to no more once all is closed", () => {
    const window = new WindowDouble();
    const fanOut = fanOutTo(window);
    fanOut.tell("python-log", batch(1, 1));
    expect(window.listenerCount("did-navigate")).toBe(1);
    fanOut.close();
    expect(window.eventNames()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("counts only if it is one of the windows", () => {
    const window = new WindowDouble();
    const fanOut = fanOutTo(window);
    fanOut.received(new WindowDouble(), 5);
    fanOut.received(undefined, 5);
    expect(window.eventNames()).toEqual([]);
  });
});
