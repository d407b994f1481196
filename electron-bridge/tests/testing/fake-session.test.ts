/** A fake sidecar whose client is slow: what it cannot take is left out and counted. */
import { afterEach, expect, it, vi } from "vitest";
import { FakeSession } from "../../src/testing/fake-session.js";
import type { FakeServerScript } from "../../src/testing/script.js";

let session: FakeSession;

afterEach(() => {
  session.dispose();
  vi.useRealTimers();
});

it("lines that the client cannot take are counted in the next batch that it takes", async () => {
  vi.useFakeTimers();
  const taken: { method?: string; params?: { seq: number; count: number; dropped?: number } }[] = [];
  let slow = false;
  const script: FakeServerScript = { running: true, lines: [], floodLinesPerSecond: 200 };
  session = new FakeSession(
    { servers: { api: script } },
    {
      pid: 1,
      write: (message) => {
        if (slow && "method" in message) return false;
        taken.push(message);
        return true;
      },
      writeRaw: () => {},
      exit: () => {},
    },
  );
  await vi.advanceTimersByTimeAsync(50);
  slow = true;
  await vi.advanceTimersByTimeAsync(200);
  session.receive(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "get_status" }));
  slow = false;
  await vi.advanceTimersByTimeAsync(100);
  const logs = taken.filter((message) => message.method === "python-log").map((message) => message.params);
  expect(logs).toMatchObject([
    { seq: 1, count: 10 },
    { seq: 51, count: 10, dropped: 40 },
    { seq: 61, count: 10 },
  ]);
  expect(logs[2]).not.toHaveProperty("dropped");
  expect(taken).toContainEqual(expect.objectContaining({ id: 1, result: expect.anything() }));
});
