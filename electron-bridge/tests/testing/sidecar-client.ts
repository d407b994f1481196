/** A client of a sidecar that is a process: for tests of the fake, with nothing of the bridge in between. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { FakeSidecarCommand } from "../../src/testing/fake-sidecar.js";
import { type Framing, framed, MessageReader } from "../../src/testing/framing.js";

/** A message of either kind. */
export interface Message {
  id?: number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** Writes requests, and keeps everything that is said. */
export class SidecarClient {
  readonly messages: Message[] = [];
  /** Messages that were no JSON. */
  readonly garbage: string[] = [];
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  #lastId = 0;
  #seen: (() => void)[] = [];
  readonly #reader = new MessageReader();

  constructor(
    { command, args, env }: FakeSidecarCommand,
    private readonly framing: Framing = "content-length",
  ) {
    this.child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.exited = once(this.child, "exit");
    this.child.stdin?.on("error", () => {}); // it may be gone
    this.child.stdout?.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  /** Asks, and waits for the answer. */
  async ask(method: string, params?: object): Promise<Message> {
    const id = this.post(method, params);
    return this.first((message) => message.id === id);
  }

  /** Asks without waiting; returns the id. */
  post(method: string, params?: object): number {
    const id = ++this.#lastId;
    this.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return id;
  }

  write(text: string): void {
    this.child.stdin?.write(framed(text, this.framing));
  }

  /** The first message that fits, now or when it comes. */
  async first(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#seen.push(resolve));
    }
  }

  /** The params of every notification of `topic` so far. */
  told(topic: string): Record<string, unknown>[] {
    return this.messages.filter((one) => one.method === topic).map((one) => one.params ?? {});
  }

  /** Ends its stdin and returns its exit code. */
  async end(): Promise<unknown> {
    this.child.stdin?.end();
    return (await this.exited)[0];
  }

  #take(bytes: Buffer): void {
    for (const text of this.#reader.push(bytes)) {
      try {
        this.messages.push(JSON.parse(text));
      } catch {
        this.garbage.push(text);
      }
    }
    for (const wake of this.#seen.splice(0)) wake();
  }
}
