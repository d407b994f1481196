import { describe, expect, it } from "vitest";
import {
  changesIn,
  type Entries,
  entriesOf,
  faultsIn,
  isLoopback,
} from "../../../../src/renderer/panel/settings/entries.js";
import type { Settings } from "../../../../src/shared/generated/protocol.js";

const SETTINGS: Settings = {
  name: "api",
  port: 8121,
  host: "127.0.0.1",
  portConflict: "fail",
  autostart: false,
  restart: { policy: "on-failure", max: 5, window: 60, backoff: [0.1, 2, 30] },
};

const entries = (changes: Partial<Entries> = {}): Entries => ({ ...entriesOf(SETTINGS), ...changes });

describe("the settings in a form", () => {
  it("change nothing as they are", () => {
    expect(changesIn(entries(), SETTINGS)).toEqual({});
    expect(faultsIn(entries())).toEqual({});
  });

  it("change only what was changed", () => {
    expect(changesIn(entries({ port: " 0 ", autostart: true }), SETTINGS)).toEqual({
      port: 0,
      autostart: true,
    });
    expect(changesIn(entries({ max: "7" }), SETTINGS)).toEqual({ restart: { max: 7 } });
  });

  it("are the same when a number is written in another way", () => {
    expect(changesIn(entries({ port: "08121", first: "0.10", window: "60." }), SETTINGS)).toEqual({});
  });

  it("change the delays together, as the sidecar takes them", () => {
    expect(changesIn(entries({ longest: "10" }), SETTINGS)).toEqual({ restart: { backoff: [0.1, 2, 10] } });
  });

  it("leave the details of restarts alone when there are to be none", () => {
    const never = entries({ policy: "never", max: "many", window: "" });
    expect(faultsIn(never)).toEqual({});
    expect(changesIn(never, SETTINGS)).toEqual({ restart: { policy: "never" } });
  });

  it.each([
    ["port", "65536"],
    ["port", "-1"],
    ["port", "80.5"],
    ["port", ""],
    ["host", " "],
    ["host", "http://here"],
    ["max", "0"],
    ["window", "0"],
    ["window", "1e3"],
    ["first", "soon"],
    ["factor", "0.5"],
    ["longest", "0.05"],
  ] as const)("find the %s %j wrong", (entry, value) => {
    expect(Object.keys(faultsIn(entries({ [entry]: value })))).toEqual([entry]);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.1.2.3", true],
    ["localhost", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["192.168.0.7", false],
    ["127.example.com", false],
  ])("know whether only this computer reaches %s", (host, alone) => {
    expect(isLoopback(host)).toBe(alone);
  });
});
