import { describe, expect, it } from "vitest";
import { type Offers, offersOf } from "../../../../src/renderer/panel/server/offered-commands.js";
import type { PanelServer } from "../../../../src/renderer/store/state.js";

const server = (patch: Partial<PanelServer>): PanelServer => ({
  name: "api",
  kind: "local",
  status: "stopped",
  port: 8121,
  host: "127.0.0.1",
  restarts: 0,
  conditions: [],
  ...patch,
});

const offered = (patch: Partial<PanelServer>, replacing = false) =>
  offersOf(server(patch), undefined, "running", replacing);

const primaries = (offers: Offers) =>
  Object.values(offers)
    .filter((offer) => offer.primary)
    .map((offer) => offer.label);

describe("the commands that a server is offered", () => {
  it("have exactly one that makes sense in each state", () => {
    expect(primaries(offered({ status: "stopped" }))).toEqual(["start"]);
    expect(primaries(offered({ status: "error" }))).toEqual(["start"]);
    expect(primaries(offered({ status: "starting" }))).toEqual(["cancel"]);
    expect(primaries(offered({ status: "running" }))).toEqual(["restart"]);
    expect(primaries(offered({ status: "stopping" }))).toEqual(["forceStop"]);
  });

  it("say why a command cannot be given", () => {
    expect(offered({ status: "running" }).start.why).toBe("server.whyRunning");
    expect(offered({ status: "stopped" }).stop.why).toBe("server.whyStopped");
    expect(offered({ status: "stopped" }).restart.why).toBe("server.whyStopped");
    expect(offered({ status: "stopping" }).start.why).toBe("server.whyStopping");
    expect(offered({ status: "running" }).restart.why).toBeUndefined();
  });

  it("ask first where somebody may lose something", () => {
    expect(offered({ status: "running" }).stop.asks).toBe(true);
    expect(offered({ status: "running" }).restart.asks).toBe(true);
    expect(offered({ status: "starting" }).stop.asks).toBe(false);
    expect(offered({ status: "stopping" }).stop.asks).toBe(false);
  });

  it("let a server that waits for its automatic restart be started at once, or not at all", () => {
    const waiting = offered({ status: "starting", retryAt: "2026-01-01T00:00:00.000Z" });
    expect(waiting.start).toMatchObject({ label: "server.startNow", why: undefined });
    expect(waiting.stop).toMatchObject({ command: "stop", label: "cancel", primary: true });
  });

  it("call it a stop, and ask, while the old process still serves beside a new one", () => {
    const { stop, start } = offered({ status: "starting" }, true);
    expect(stop).toMatchObject({ label: "stop", asks: true, primary: false, why: undefined });
    expect(start.why).toBe("server.whyRestarting");
  });

  it("take no second one while the first is on its way, but can be overtaken by another", () => {
    const offers = offersOf(server({ status: "starting" }), "start", "running");
    expect(offers.start).toMatchObject({ busy: true, why: "server.whyBeingDone" });
    expect(offers.stop).toMatchObject({ busy: false, why: undefined });
  });

  it("escalate a stop that is on its way", () => {
    const { stop } = offersOf(server({ status: "stopping" }), "stop", "running");
    expect(stop).toMatchObject({ command: "force-stop", busy: false, why: undefined });
  });

  it.each(["stopped", "failed", "restarting"] as const)(
    "cannot be given while the sidecar is %s",
    (sidecar) => {
      const offers = offersOf(server({ status: "running" }), undefined, sidecar);
      expect(Object.values(offers).map((offer) => offer.why)).toEqual(Array(3).fill("server.whyNoSidecar"));
    },
  );
});
