import { describe, expect, it } from "vitest";
import type { Text } from "../../../../src/renderer/panel/i18n/index.js";
import {
  heartbeatInWords,
  stateInWords,
  uptimeSeconds,
} from "../../../../src/renderer/panel/servers/elapsed.js";
import type { PanelServer } from "../../../../src/renderer/store/state.js";

/** Says the key and the values, so that a test sees which word was chosen. */
const text: Text = (key, values) => (values ? `${key}(${Object.values(values).join()})` : key);

const server = (status: Partial<PanelServer>): PanelServer => ({
  name: "api",
  kind: "local",
  status: "stopped",
  port: 8121,
  host: "127.0.0.1",
  restarts: 0,
  conditions: [],
  ...status,
});

const WALL = Date.parse("2026-01-01T00:00:00Z");

describe("the state of a server in words", () => {
  it("counts the uptime on from when it was 0, by the page's own clock", () => {
    const moments = { now: 100_000, since: 0, readyAt: 40_000 };
    expect(uptimeSeconds(server({ status: "running", uptime: 3 }), moments)).toBe(60);
    expect(uptimeSeconds(server({ status: "stopped" }), moments)).toBeUndefined();
  });

  it("tells how long it has been starting or stopping", () => {
    const moments = { now: 9_000, since: 5_000, readyAt: undefined };
    expect(stateInWords(server({ status: "starting" }), moments, WALL, text)).toBe(
      "servers.startingFor(seconds(4))",
    );
    expect(stateInWords(server({ status: "stopping" }), moments, WALL, text)).toBe(
      "servers.stoppingFor(seconds(4))",
    );
  });

  it("tells when it is restarted, and that it is starting once that moment has come", () => {
    const moments = { now: 9_000, since: 5_000, readyAt: undefined };
    const retryAt = new Date(WALL + 11_200).toISOString();
    const waiting = server({ status: "starting", retryAt });
    expect(stateInWords(waiting, moments, WALL, text)).toBe("servers.restartingIn(seconds(12))");
    expect(stateInWords(waiting, moments, WALL + 12_000, text)).toBe("servers.startingFor(seconds(4))");
  });

  it("tells the age of the last heartbeat, never a negative one where the clocks differ", () => {
    const lastHeartbeat = new Date(WALL).toISOString();
    expect(heartbeatInWords(server({ lastHeartbeat }), WALL + 90_000, text)).toBe(
      "servers.heartbeatAgo(minutes(1) seconds(30))",
    );
    expect(heartbeatInWords(server({ lastHeartbeat }), WALL - 5_000, text)).toBe(
      "servers.heartbeatAgo(seconds(0))",
    );
    expect(heartbeatInWords(server({}), WALL, text)).toBe("servers.noHeartbeat");
  });
});
