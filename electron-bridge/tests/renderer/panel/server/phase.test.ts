import { describe, expect, it } from "vitest";
import { waitingFor } from "../../../../src/renderer/panel/server/phase.js";
import type { PanelServer } from "../../../../src/renderer/store/state.js";

const starting = (patch: Partial<PanelServer> = {}): PanelServer => ({
  name: "api",
  kind: "local",
  status: "starting",
  port: 8121,
  host: "127.0.0.1",
  restarts: 0,
  conditions: [],
  ...patch,
});

const url = "http://127.0.0.1:8121";

describe("what a server waits for", () => {
  it("is its process, then its answer", () => {
    expect(waitingFor(starting({ url }), "start", false)?.what).toBe("server.launching");
    expect(waitingFor(starting({ url, pid: 1 }), "start", false)).toEqual({
      what: "server.answering",
      values: { url },
    });
    expect(waitingFor(starting({ pid: 1, port: 0 }), "start", false)?.what).toBe("server.readying");
  });

  it("is the moment of its automatic restart, with what went wrong", () => {
    const waiting = starting({ retryAt: "2026-01-01T00:00:00.000Z", lastError: "api ended" });
    expect(waitingFor(waiting, undefined, false)).toEqual({ what: "server.retrying", why: "api ended" });
  });

  it("is the new process while the old one serves", () => {
    expect(waitingFor(starting({ url, pid: 1 }), "restart", true)?.what).toBe("server.replacing");
  });

  it("is its end, by itself or by force", () => {
    expect(waitingFor(starting({ status: "stopping" }), "stop", false)?.what).toBe("server.stoppingPhase");
    expect(waitingFor(starting({ status: "stopping" }), "force-stop", false)?.what).toBe("server.killing");
  });

  it.each(["running", "stopped", "error"] as const)("is nothing when it is %s", (status) => {
    expect(waitingFor(starting({ status }), undefined, false)).toBeUndefined();
  });
});
