/** One living sidecar, from its launch over `initialize` to its end. Restarts and servers are others' affair. */
import type { InitializeParams, InitializeResult } from "../shared/generated/protocol.js";
import { PythonServerError, SIDECAR_UNAVAILABLE } from "./errors.js";
import { connect, type RpcConnection } from "./json-rpc.js";
import type { SidecarCommand } from "./options.js";
import { launchProcess, type SidecarProcess } from "./sidecar-process.js";
import { pause, settled, within } from "./waiting.js";

/** From the launch to the answer of `initialize`: a cold Python behind a virus scanner takes its time. */
const INITIALIZE_LIMIT_MS = 30_000;

/** How long a sidecar that was told to end at once may take: it gives its servers 1.5 s. */
const TERMINATE_LIMIT_MS = 4_000;

const CHECK_COMMAND =
  "Check that `sidecar.command` and `sidecar.args` run the sidecar, as `python3 -m sidecar` does.";

/** What a sidecar is launched with. */
export interface SidecarLaunch {
  command: SidecarCommand;
  initialize: InitializeParams;
  onNotification(topic: string, params: unknown): void;
  log(line: string): void;
  /** Aborted: the launch is given up, and the process is ended. */
  signal: AbortSignal;
}

/** A sidecar that has answered `initialize`. */
export class Sidecar {
  /** Resolves when it is gone, with how it ended: "was ended by SIGKILL". */
  readonly ended: Promise<string>;
  /** It was asked to end: its end is no death. */
  leaving = false;

  constructor(
    readonly result: InitializeResult,
    readonly process: SidecarProcess,
    private readonly connection: RpcConnection,
    ended: Promise<string>,
  ) {
    this.ended = ended;
  }

  /** Resolves with the result; rejects with a PythonServerError. */
  request(method: string, params?: unknown): Promise<unknown> {
    if (method === "shutdown") this.leaving = true;
    return this.connection.request(method, params);
  }

  /** Stops every server with its full grace, `limitMs` at most, then the sidecar. Resolves when it is gone. */
  async end(limitMs: number): Promise<void> {
    void settled(this.request("shutdown"));
    if (!(await within(limitMs, this.ended))) await endAtOnce(this.process);
  }
}

/** Launches a sidecar; rejects with a PythonServerError that says why it could not be. */
export async function launchSidecar(launch: SidecarLaunch): Promise<Sidecar> {
  const process = await launchProcess(launch.command, launch.log);
  let broken: string | undefined;
  const connection = connect(process.output, process.input, {
    onNotification: launch.onNotification,
    onError(error) {
      broken ??= `could not be understood (${error.message})`;
      process.kill();
    },
  });
  const ended = process.ended.then((how) => {
    connection.close(
      new PythonServerError(`the sidecar ${broken ?? how} before it answered`, SIDECAR_UNAVAILABLE),
    );
    return broken ?? how;
  });
  const given = new AbortController();
  try {
    const answer = connection.request("initialize", launch.initialize);
    const result = await Promise.race([answer, refusal(launch.signal, given.signal, connection), ended]);
    if (typeof result === "string") throw await endedEarly(process, result, launch.command, connection);
    return new Sidecar(result as InitializeResult, process, connection, ended);
  } catch (error) {
    await endAtOnce(process);
    throw error;
  } finally {
    given.abort();
  }
}

/** Rejects when the launch is given up or has taken too long; `over` ends the wait. */
async function refusal(cancelled: AbortSignal, over: AbortSignal, connection: RpcConnection): Promise<never> {
  const limit = AbortSignal.any([cancelled, over]);
  await pause(INITIALIZE_LIMIT_MS, limit);
  const seconds = INITIALIZE_LIMIT_MS / 1000;
  throw new PythonServerError(
    cancelled.aborted
      ? "the launch of the sidecar was cancelled"
      : `the sidecar was launched but did not answer within ${seconds} s.${otherOutput(connection)} ${CHECK_COMMAND}`,
    SIDECAR_UNAVAILABLE,
  );
}

async function endedEarly(
  process: SidecarProcess,
  how: string,
  { command }: SidecarCommand,
  connection: RpcConnection,
): Promise<PythonServerError> {
  const words = (await process.lastWords()).filter((line) => line.trim() !== "");
  const said = words.at(-1) ?? "";
  const hint = /No module named '?sidecar/.test(said)
    ? ` Install it for this interpreter (${command} -m pip install python-server-sidecar), or set \`sidecar.command\` to the one that has it.`
    : "";
  const other = otherOutput(connection);
  const tail = said === "" ? (other === "" ? " It said nothing." : "") : ` It said: ${said}`;
  const check = said === "" || other !== "" ? ` ${CHECK_COMMAND}` : "";
  return new PythonServerError(
    `the sidecar ${how} before it was ready.${other}${tail}${hint}${check}`,
    SIDECAR_UNAVAILABLE,
    { tail: words },
  );
}

/** What it wrote in place of messages: whoever reads it knows which program that was. */
function otherOutput(connection: RpcConnection): string {
  const text = connection.unread();
  return text === "" ? "" : ` It wrote ${JSON.stringify(text)} where its messages should begin.`;
}

async function endAtOnce(process: SidecarProcess): Promise<void> {
  process.terminate();
  if (await within(TERMINATE_LIMIT_MS, process.ended)) return;
  process.kill();
  await process.ended;
}
