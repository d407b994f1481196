/** Which failure of a server is to be shown, and what of it. Pure: knows no card and no cure's button. */
import type { FailureCode } from "../../../shared/generated/protocol.js";
import type { CommandFailure, PanelServer, PendingCommand } from "../../store/state.js";

/** A failure as people read it. */
export interface ShownFailure {
  /** Known if a command of this page failed; otherwise there is the sentence alone. */
  code: FailureCode | undefined;
  /** A command was not even taken: not allowed, or nobody there to do it. */
  refused: boolean;
  message: string;
  hint: string | undefined;
  /** The last lines that came with it, oldest first. */
  tail: readonly string[];
  /** Who holds the port, if it is taken. */
  port: TakenPort | undefined;
  /** A restart failed, and the process before it goes on. */
  survived: boolean;
  /** It was restarted automatically until that was given up. */
  gaveUp: boolean;
}

/** A port that another program holds. */
export interface TakenPort {
  port: number;
  pid: number | undefined;
  process: string | undefined;
  suggestedPort: number | undefined;
}

/** `undefined` while all is well, and while something is being done about it. */
export function shownFailure(
  server: PanelServer,
  failure: CommandFailure | undefined,
  pending?: PendingCommand,
): ShownFailure | undefined {
  if (pending !== undefined || server.status === "starting" || server.status === "stopping") return undefined;
  const survived = server.status === "running";
  const gaveUp = server.status === "error" && server.restarts > 0;
  const nothingMore = { code: undefined, hint: undefined, tail: [], port: undefined, refused: false };
  if (failure !== undefined && failure.error === undefined) {
    return { ...nothingMore, message: failure.message, refused: true, survived: false, gaveUp: false };
  }
  if (failure?.error !== undefined && failure.error.code !== "CANCELLED") {
    const { code, hint, data = {} } = failure.error;
    return {
      code,
      refused: false,
      message: failure.message,
      hint,
      tail: lines(data.tail),
      port: code === "PORT_IN_USE" ? takenPort(data) : undefined,
      survived: survived && code !== "STOP_TIMEOUT" && code !== "NOT_SUPPORTED",
      gaveUp,
    };
  }
  if (server.lastError === undefined || (server.status !== "error" && !survived)) return undefined;
  return { ...nothingMore, message: server.lastError, survived, gaveUp };
}

/** The failure as text to be sent to somebody. */
export function detailsOf(name: string, failure: ShownFailure, tail: readonly string[]): string {
  const head = failure.code === undefined ? name : `${name}: ${failure.code}`;
  return [head, failure.message, failure.hint, ...(tail.length > 0 ? ["", ...tail] : [])]
    .filter((line) => line !== undefined)
    .join("\n");
}

/** What shows who a process is, in the shell of this system. */
export function commandToLookAt(pid: number, platform: string): string {
  return /^win/i.test(platform) ? `tasklist /FI "PID eq ${pid}"` : `ps -o pid,user,lstart,command -p ${pid}`;
}

function lines(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === "string") : [];
}

function takenPort(data: Record<string, unknown>): TakenPort | undefined {
  const { port, pid, process, suggestedPort } = data;
  if (typeof port !== "number") return undefined;
  return {
    port,
    pid: typeof pid === "number" ? pid : undefined,
    process: typeof process === "string" ? process : undefined,
    suggestedPort: typeof suggestedPort === "number" ? suggestedPort : undefined,
  };
}
