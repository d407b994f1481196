/** A sidecar asked and read straight over its pipe, by the least code that can: the floor of the bridge. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { ServerSpec } from "../../src/main/index.js";
import type { Sidecar } from "./built-bridge.js";

interface Message {
  id?: number;
  method?: string;
  params?: { text?: string };
  result?: unknown;
}

/** One sidecar, a request at a time. */
export class BarePipe {
  /** Takes the text of each log notification. */
  onLog: (text: string) => void = () => {};
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #rest = "";
  #id = 0;
  #answered: (result: unknown) => void = () => {};

  constructor({ command, args, env }: Sidecar) {
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (this.#rest + chunk).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as Message);
    });
  }

  /** Runs `act` with a sidecar that has these servers, and ends it. */
  static async with<Result>(
    sidecar: Sidecar,
    servers: Record<string, ServerSpec>,
    act: (pipe: BarePipe) => Promise<Result>,
  ): Promise<Result> {
    const pipe = new BarePipe(sidecar);
    try {
      await pipe.ask("initialize", { servers });
      return await act(pipe);
    } finally {
      const end = once(pipe.#child, "exit");
      pipe.#child.stdin.end();
      await end;
    }
  }

  /** Sends a request; resolves with its result. */
  ask(method: string, params: object): Promise<unknown> {
    this.#id += 1;
    const answer = new Promise<unknown>((resolve) => {
      this.#answered = resolve;
    });
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: this.#id, method, params })}\n`);
    return answer;
  }

  #take({ id, method, params, result }: Message): void {
    if (method === "python-log") this.onLog(params?.text ?? "");
    else if (id === this.#id) this.#answered(result);
  }
}
