import { describe, expect, it } from "vitest";
import { commandToLookAt, detailsOf, shownFailure } from "../../../../src/renderer/panel/server/failure.js";
import type { CommandFailure, PanelServer } from "../../../../src/renderer/store/state.js";

const server = (patch: Partial<PanelServer>): PanelServer => ({
  name: "api",
  kind: "local",
  status: "error",
  port: 8121,
  host: "127.0.0.1",
  restarts: 0,
  conditions: [],
  ...patch,
});

const exited: CommandFailure = {
  message: "api ended before it was ready: module 'x' is not installed",
  error: { code: "EXITED_EARLY", hint: "Install it.", data: { exitCode: 1, tail: ["Traceback", "no x"] } },
};

describe("the failure that is shown", () => {
  it("is that of the last command, with its last lines", () => {
    expect(shownFailure(server({ lastError: "something older" }), exited)).toMatchObject({
      code: "EXITED_EARLY",
      message: exited.message,
      hint: "Install it.",
      tail: ["Traceback", "no x"],
    });
  });

  it("is what the status says where no command of this page failed", () => {
    const shown = shownFailure(server({ lastError: "api ended: killed by SIGKILL" }), undefined);
    expect(shown).toMatchObject({ code: undefined, message: "api ended: killed by SIGKILL", tail: [] });
  });

  it("is none while a new attempt is under way", () => {
    expect(shownFailure(server({ status: "starting", lastError: "before" }), exited)).toBeUndefined();
    expect(shownFailure(server({ status: "stopping" }), exited)).toBeUndefined();
  });

  it("is none for a start that was cancelled", () => {
    const cancelled: CommandFailure = { message: "cancelled", error: { code: "CANCELLED" } };
    expect(shownFailure(server({ status: "stopped" }), cancelled)).toBeUndefined();
  });

  it("tells a restart that failed from a server that is down", () => {
    expect(shownFailure(server({ status: "running", pid: 1 }), exited)?.survived).toBe(true);
    expect(
      shownFailure(server({ status: "running", lastError: "the old goes on" }), undefined)?.survived,
    ).toBe(true);
    expect(shownFailure(server({}), exited)?.survived).toBe(false);
  });

  it("says that automatic restarts were given up", () => {
    expect(shownFailure(server({ restarts: 5, lastError: "ended" }), undefined)?.gaveUp).toBe(true);
    expect(shownFailure(server({ restarts: 0, lastError: "ended" }), undefined)?.gaveUp).toBe(false);
  });

  it("names the holder of a port, as far as the system tells", () => {
    const taken = (data: Record<string, unknown>): CommandFailure => ({
      message: "taken",
      error: { code: "PORT_IN_USE", data },
    });
    const whole = { port: 8121, pid: 777, process: "python3", suggestedPort: 8122 };
    expect(shownFailure(server({}), taken(whole))?.port).toEqual(whole);
    expect(shownFailure(server({}), taken({ port: 8121 }))?.port).toEqual({
      port: 8121,
      pid: undefined,
      process: undefined,
      suggestedPort: undefined,
    });
    expect(shownFailure(server({}), taken({ pid: "777" }))?.port).toBeUndefined();
  });
});

describe("the details of a failure", () => {
  it("are a text that can be sent to somebody", () => {
    const shown = shownFailure(server({}), exited);
    expect(shown && detailsOf("api", shown, shown.tail)).toBe(
      `api: EXITED_EARLY\n${exited.message}\nInstall it.\n\nTraceback\nno x`,
    );
  });
});

describe("the command that shows who a process is", () => {
  it("is one of the system's own", () => {
    expect(commandToLookAt(777, "Linux x86_64")).toContain("-p 777");
    expect(commandToLookAt(777, "MacIntel")).toContain("-p 777");
    expect(commandToLookAt(777, "Win32")).toBe('tasklist /FI "PID eq 777"');
  });
});
