/** The failures of a fake server, worded as the sidecar words its own. Knows no server. */
import type { ControlError, FailureCode } from "../shared/generated/protocol.js";
import type { FakeFailure } from "./script.js";

/** A failed command before it becomes an answer. */
export interface Failure {
  message: string;
  error: ControlError;
}

/** A JSON-RPC error: what a request is answered with when nothing could be done. */
export class FakeRpcError extends Error {
  override name = "FakeRpcError";

  constructor(
    readonly code: number,
    message: string,
    readonly data?: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** What the wording depends on. */
export interface Circumstances {
  name: string;
  port: number;
  exitCode: number;
  /** The newest lines. */
  tail: string[];
}

/** The failure that a script names, completed. */
export function failureOf(scripted: FailureCode | FakeFailure, about: Circumstances): Failure {
  const given: FakeFailure = typeof scripted === "string" ? { code: scripted } : scripted;
  const standard = STANDARD[given.code](about);
  const hint = given.hint ?? standard.hint;
  const data = given.data ?? standard.data;
  const error: ControlError = { code: given.code };
  if (hint !== undefined) error.hint = hint;
  if (data !== undefined) error.data = data;
  return { message: given.message ?? standard.message, error };
}

/** A failure as `lastError` tells it: what happened, then what to do. */
export function sentence({ message, error }: Failure): string {
  return error.hint === undefined ? message : `${message}. ${error.hint}`;
}

/** Whether a start that fails so had no process yet. */
export function isWithoutProcess(code: FailureCode): boolean {
  return WITHOUT_PROCESS.has(code);
}

const WITHOUT_PROCESS: ReadonlySet<FailureCode> = new Set([
  "PORT_IN_USE",
  "SPAWN_FAILED",
  "REMOTE_UNREACHABLE",
  "REMOTE_FAULT",
  "NOT_SUPPORTED",
]);

interface Wording {
  message: string;
  hint?: string;
  data?: Record<string, unknown>;
}

const STANDARD: Record<FailureCode, (about: Circumstances) => Wording> = {
  PORT_IN_USE: ({ name, port }) => ({
    message: `${name} was not started: port ${port} is in use by python3 (pid 777)`,
    hint: `Stop python3 (pid 777), or use another port: ${port + 1} is free.`,
    data: { port, pid: 777, process: "python3", suggestedPort: port + 1 },
  }),
  SPAWN_FAILED: ({ name }) => ({
    message: `${name} was not started: there is no program ".venv/bin/python"`,
    hint: "Create the virtual environment, or set `python` to an interpreter that exists.",
  }),
  EXITED_EARLY: ({ name, exitCode, tail }) => ({
    message: `${name} ended before it was ready: module 'fastpi' is not installed`,
    hint: "Install the package that has it, or set `python` to an interpreter that has it.",
    data: { exitCode, tail },
  }),
  READY_TIMEOUT: ({ name, tail }) => ({
    message: `${name} was not ready within 30 s: it has not started up; it was stopped`,
    hint: "See its last lines; if it only needs longer, raise `ready.timeout`.",
    data: { tail },
  }),
  STOP_TIMEOUT: ({ name }) => ({
    message: `${name} did not end, not even by force; processes that are left: 4711`,
    hint: "They hang in the system (a disk or network that does not answer?): try again later, or restart the machine.",
  }),
  CANCELLED: ({ name }) => ({
    message: `the start of ${name} was cancelled: it was asked to stop meanwhile`,
    hint: "Start it again when it is wanted.",
  }),
  REMOTE_UNREACHABLE: ({ name }) => ({
    message: `${name} could not be reached: its host does not answer`,
    hint: "See that the host is up and that its supervisord listens.",
  }),
  REMOTE_FAULT: ({ name }) => ({
    message: `the host of ${name} refused: the user name or the password is wrong`,
    hint: "Correct `[supervisor]`, and the password in its environment variable.",
    data: { fault: "unauthorized" },
  }),
  NOT_SUPPORTED: ({ name }) => ({
    message: `${name} cannot do that: it is run by supervisord`,
    hint: "Do it on its host.",
  }),
};
