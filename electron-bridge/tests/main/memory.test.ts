/** What the bridge remembers for a sidecar that is launched again. */
import { describe, expect, test } from "vitest";
import { SpecMemory } from "../../src/main/spec-memory.js";
import { WantedServers } from "../../src/main/wanted-servers.js";
import type { ServerChanges, ServerSpec, StatusParams } from "../../src/shared/generated/protocol.js";

function changed(spec: ServerSpec, ...changes: ServerChanges[]): ServerSpec | undefined {
  const memory = new SpecMemory({ api: spec });
  for (const change of changes) memory.changed("api", change);
  return memory.servers.api;
}

describe("the settings of a server", () => {
  test("are those it was given with what was changed since", () => {
    expect(changed({ app: "a:b", port: 1 }, { port: 2 }, { host: "::1" }, { port: 3 })).toEqual({
      app: "a:b",
      port: 3,
      host: "::1",
    });
  });

  test("merge tables key by key and replace lists", () => {
    const spec: ServerSpec = { app: "a:b", args: ["--x"], restart: { policy: "always", max: 1 } };
    expect(changed(spec, { args: ["--y"], restart: { max: 2, backoff: [1, 2, 3] } })).toEqual({
      app: "a:b",
      args: ["--y"],
      restart: { policy: "always", max: 2, backoff: [1, 2, 3] },
    });
  });

  test("lose a variable that was set to null", () => {
    expect(changed({ app: "a:b", env: { A: "1", B: "2" } }, { env: { A: null, C: "3" } })).toEqual({
      app: "a:b",
      env: { B: "2", C: "3" },
    });
  });

  test("have one readiness check, and either an app or a command", () => {
    const spec: ServerSpec = { app: "a:b", args: ["--x"], ready: { http: "/health", timeout: 5 } };
    expect(changed(spec, { ready: { tcp: true } })?.ready).toEqual({ tcp: true, timeout: 5 });
    expect(changed(spec, { command: ["x"] })).toEqual({ command: ["x"], ready: spec.ready });
  });

  test("are changes alone for a server of the sidecar's own configuration", () => {
    const memory = new SpecMemory({});
    memory.changed("api", { env: { A: "1" }, port: 1 });
    memory.changed("api", { env: { A: null } });
    expect(memory.servers).toEqual({});
    expect([...memory.changes]).toEqual([["api", { env: { A: null }, port: 1 }]]);
    memory.replaced({ api: { app: "a:b" } });
    expect(memory.servers).toEqual({ api: { app: "a:b" } });
    expect(memory.changes.size).toBe(0);
  });
});

describe("a server is meant to run", () => {
  const status = (value: StatusParams["status"]) => ({ name: "api", status: value }) as StatusParams;

  function wantedAfter(story: (wanted: WantedServers) => void): boolean {
    const wanted = new WantedServers();
    story(wanted);
    return wanted.names.includes("api");
  }

  test("once it was asked for, or starts by itself", () => {
    expect(wantedAfter((wanted) => wanted.startAsked("api"))).toBe(true);
    expect(wantedAfter((wanted) => wanted.statusTold(status("starting")))).toBe(true);
  });

  test("not after it was asked to stop, though older news still come in", () => {
    const story = (wanted: WantedServers) => {
      wanted.startAsked("api");
      wanted.stopAsked("api");
      wanted.statusTold(status("running"));
      wanted.statusTold(status("stopping"));
    };
    expect(wantedAfter(story)).toBe(false);
  });

  test("after a stop that was followed by another start", () => {
    const story = (wanted: WantedServers) => {
      wanted.stopAsked("api");
      wanted.startAsked("api");
      wanted.statusTold(status("stopped"));
      wanted.stopAnswered("api");
      wanted.statusTold(status("starting"));
    };
    expect(wantedAfter(story)).toBe(true);
  });

  test("when the sidecar stopped it of its own accord", () => {
    const story = (wanted: WantedServers) => {
      wanted.statusTold(status("running"));
      wanted.statusTold(status("stopping"));
      wanted.stoppedTold({ name: "api", code: 0, expected: true });
      wanted.statusTold(status("stopped"));
    };
    expect(wantedAfter(story)).toBe(true);
  });

  test.each(["stopped first", "process first"])("not after it has done its work (%s)", (order) => {
    const story = (wanted: WantedServers) => {
      wanted.statusTold(status("running"));
      const news = [
        () => wanted.statusTold(status("stopped")),
        () => wanted.stoppedTold({ name: "api", code: 0, expected: false }),
      ];
      for (const tell of order === "stopped first" ? news : news.reverse()) tell();
    };
    expect(wantedAfter(story)).toBe(false);
  });

  test("not after it failed, but while it is restarted automatically", () => {
    const story = (wanted: WantedServers) => {
      wanted.statusTold(status("running"));
      wanted.stoppedTold({ name: "api", code: 1, expected: false });
    };
    expect(wantedAfter((wanted) => [story(wanted), wanted.statusTold(status("error"))])).toBe(false);
    expect(wantedAfter((wanted) => [story(wanted), wanted.statusTold(status("starting"))])).toBe(true);
  });
});
