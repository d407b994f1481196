/** The sidecar as a process: how it is launched, what it says on stderr, how it ends. Knows no protocol. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { messageOf, PythonServerError, SIDECAR_UNAVAILABLE } from "./errors.js";
import type { SidecarCommand } from "./options.js";
import { settled, within } from "./waiting.js";

/** What the sidecar runs as if the app does not say: `PATH` decides which Python that is. */
export const DEFAULT_SIDECAR: SidecarCommand = {
  command: process.platform === "win32" ? "python" : "python3",
  args: ["-m", "sidecar"],
};

/** So many of its last lines tell why it ended. */
const LAST_WORDS = 20;

/** How long what a dead process wrote may take to be read; it is in the pipe already. */
const DRAIN_LIMIT_MS = 250;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A sidecar that was launched. */
export class SidecarProcess {
  readonly pid: number;
  /** Resolves when it has ended and its output was read, with how: "was ended by SIGKILL". */
  readonly ended: Promise<string>;
  readonly #child: Child;
  readonly #words: string[] = [];
  readonly #stderrClosed: Promise<unknown>;

  constructor(child: Child, log: (line: string) => void) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    const lines = createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on("line", (line) => {
      this.#words.push(line);
      if (this.#words.length > LAST_WORDS) this.#words.shift();
      log(line);
    });
    this.#stderrClosed = settled(once(lines, "close"));
    const stdoutClosed = settled(once(child.stdout, "close"));
    this.ended = new Promise((resolve) => {
      child.once("exit", async (code, signal) => {
        await within(DRAIN_LIMIT_MS, stdoutClosed);
        resolve(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`);
      });
    });
  }

  /** Where messages come from. */
  get output(): Readable {
    return this.#child.stdout;
  }

  /** Where messages go to. */
  get input(): Writable {
    return this.#child.stdin;
  }

  /** Its last lines on stderr, oldest first; of a dead one, all that it wrote. */
  async lastWords(): Promise<readonly string[]> {
    // Its servers' keepers hold the same stderr and live a moment longer: hence a limit.
    await within(DRAIN_LIMIT_MS, this.#stderrClosed);
    return this.#words;
  }

  /** Asks it to stop everything at once and end. */
  terminate(): void {
    this.#child.stdin.end();
    // It cuts a shutdown short. On Windows there is no asking: it would kill at once.
    if (process.platform !== "win32") this.#child.kill("SIGTERM");
  }

  /** Ends it without asking. Its servers are ended all the same, by their keepers. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Launches the sidecar; rejects with a PythonServerError that says what to do if it cannot be. */
export async function launchProcess(
  sidecar: SidecarCommand,
  log: (line: string) => void,
): Promise<SidecarProcess> {
  const { command, args, cwd, env } = sidecar;
  try {
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // In a group of its own a Ctrl-C in the terminal is the app's to handle; the sidecar follows it.
      detached: process.platform !== "win32",
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
    });
    child.on("error", () => {}); // a signal that could not be sent; a failed launch is awaited below
    await once(child, "spawn");
    return new SidecarProcess(child, log);
  } catch (error) {
    throw new PythonServerError(whyNotLaunched(sidecar, error), SIDECAR_UNAVAILABLE);
  }
}

function whyNotLaunched({ command, cwd }: SidecarCommand, error: unknown): string {
  const what = "the sidecar could not be launched";
  if (cwd !== undefined && !existsSync(cwd)) {
    return `${what}: there is no folder ${cwd}. Correct \`sidecar.cwd\`.`;
  }
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `${what}: there is no program ${command}. Install Python 3.11 or newer, or set \`sidecar.command\` to the interpreter that has the sidecar.`;
    case "EACCES":
      return `${what}: ${command} may not be executed. Check its permissions, or set \`sidecar.command\` to the interpreter that has the sidecar.`;
    default:
      return `${what}: ${messageOf(error)}`;
  }
}
