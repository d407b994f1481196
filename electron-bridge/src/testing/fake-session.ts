/**
 * What a fake sidecar says to its one client: JSON-RPC in, JSON-RPC out, by a script that may have it
 * misbehave. Knows no streams: the process around it reads, writes and exits.
 */
import { ErrorCode, METHODS, PROTOCOL_VERSION, TOPICS } from "../shared/generated/codes.js";
import type { InitializeParams, InitializeResult, ServerSpec } from "../shared/generated/protocol.js";
import { FakeRpcError } from "./failures.js";
import { type AnyParams, FakeServers } from "./fake-servers.js";
import type { FakeServerScript, FakeSidecarScript, Method } from "./script.js";

/** How often what running servers use is told to a client that wants to know. */
const METRICS_SECONDS = 2;

/** What the session does to the process that it is in. */
export interface FakeProcess {
  readonly pid: number;
  /** Writes one message. A `python-log` may be left out if the client is far behind: then `false`. */
  write(message: object): boolean;
  /** Writes bytes as one message. */
  writeRaw(message: Buffer): void;
  /** Ends at once, or with code 0 when everything is written. */
  exit(code: number): void;
}

interface Request {
  id?: string | number | null;
  method?: string;
  params?: AnyParams & InitializeParams;
}

/** One client's session. */
export class FakeSession {
  readonly #servers: FakeServers;
  readonly #scripts: Record<string, FakeServerScript>;
  readonly #leftOut = new Map<string, number>();
  #topics: ReadonlySet<string> = new Set(TOPICS.filter((topic) => topic !== "python-server-metrics"));
  #metrics: ReturnType<typeof setInterval> | undefined;
  #messages = 0;

  constructor(
    private readonly script: FakeSidecarScript,
    private readonly process: FakeProcess,
  ) {
    this.#scripts = script.servers ?? {};
    this.#servers = new FakeServers(this.#scripts, (topic, params) => this.#tell(topic, { ...params }));
  }

  /** Takes one message in. */
  receive(text: string): void {
    if (this.#messages++ === 0) this.#begin();
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#refuse(null, ErrorCode.PARSE_ERROR, "the message is not JSON");
      return;
    }
    if (!Array.isArray(message)) void this.#serve(message as Request).then((answer) => this.#send(answer));
    else if (message.length === 0) this.#refuse(null, ErrorCode.INVALID_REQUEST, "the batch is empty");
    else void this.#serveBatch(message as Request[]);
  }

  /** The client is gone. */
  async end(): Promise<void> {
    await this.#servers.call("shutdown", {});
    this.dispose();
  }

  /** Ends every timer. */
  dispose(): void {
    clearInterval(this.#metrics);
    this.#servers.dispose();
  }

  #begin(): void {
    const { diesAfterSeconds, garbage } = this.script;
    if (diesAfterSeconds !== undefined) setTimeout(() => this.process.exit(1), diesAfterSeconds * 1000);
    if (!garbage) return;
    this.process.writeRaw(Buffer.from("Traceback (most recent call last): this is no JSON"));
    const bytes = Buffer.from([0xff, 0xfe, 0xc3, 0x28]);
    const [before, after] = JSON.stringify({ jsonrpc: "2.0", method: "a-defect", params: ["|"] }).split("|");
    this.process.writeRaw(Buffer.concat([Buffer.from(before ?? ""), bytes, Buffer.from(after ?? "")]));
  }

  async #serveBatch(batch: Request[]): Promise<void> {
    const answers = await Promise.all(batch.map((request) => this.#serve(request)));
    const wanted = answers.filter((answer) => answer !== undefined);
    if (wanted.length > 0) this.process.write(wanted);
  }

  /** The answer; none to a notification, nor to what the script leaves unanswered. */
  async #serve(request: Request): Promise<object | undefined> {
    if (typeof request !== "object" || request === null || typeof request.method !== "string") {
      return failed(null, ErrorCode.INVALID_REQUEST, "this is no request");
    }
    const { id, params = {} } = request;
    const method = request.method as Method;
    const { hangs, diesOn, errors } = this.script;
    if (diesOn?.includes(method)) this.process.exit(1);
    if (hangs === "always" || hangs?.includes(method)) return new Promise(() => {});
    try {
      const scripted = errors?.[method];
      if (scripted) throw new FakeRpcError(scripted.code, scripted.message ?? "it failed", scripted.data);
      const result = method === "initialize" ? this.#initialize(params) : await this.#call(method, params);
      if (method === "shutdown") setImmediate(() => this.process.exit(0)); // after the answer
      return id === undefined ? undefined : { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { code = ErrorCode.INTERNAL_ERROR, message, data } = error as FakeRpcError;
      return id === undefined ? undefined : failed(id, code, message, data);
    }
  }

  async #call(method: Method, params: AnyParams): Promise<unknown> {
    if (METHODS.includes(method)) return this.#servers.call(method, params);
    throw new FakeRpcError(ErrorCode.METHOD_NOT_FOUND, `there is no method '${method}'`);
  }

  #initialize({ servers = {}, notifications }: InitializeParams): InitializeResult {
    if (notifications) this.#topics = new Set(notifications);
    clearInterval(this.#metrics);
    if (this.#topics.has("python-server-metrics")) {
      this.#metrics = setInterval(() => this.#tellMetrics(), METRICS_SECONDS * 1000);
    }
    for (const [name, spec] of Object.entries(servers)) {
      const script = scriptOf(spec, this.#scripts[name]);
      this.#servers.put(name, script);
      if (script.autostart) void this.#servers.call("start", { name });
    }
    return {
      protocolVersion: PROTOCOL_VERSION,
      serverInfo: {
        name: "sidecar",
        version: "0.0.0",
        pid: this.process.pid,
        python: "3.12.0",
        platform: "fake",
      },
      capabilities: { notifications: [...TOPICS] },
      servers: this.#servers.statuses(),
    };
  }

  #tellMetrics(): void {
    for (const server of this.#servers.all()) {
      if (server.state.now.status === "running") this.#tell("python-server-metrics", server.metrics());
    }
  }

  /** Lines that the client is too slow for are left out and counted, as the sidecar does it. */
  #tell(topic: string, params: { name: string; count?: number; dropped?: number }): void {
    if (!this.#topics.has(topic)) return;
    const owed = this.#leftOut.get(params.name) ?? 0;
    if (topic === "python-log" && owed > 0) params.dropped = (params.dropped ?? 0) + owed;
    const taken = this.process.write({ jsonrpc: "2.0", method: topic, params });
    if (topic !== "python-log") return;
    if (taken) this.#leftOut.delete(params.name);
    else this.#leftOut.set(params.name, owed + (params.count ?? 0));
  }

  #refuse(id: null, code: number, message: string): void {
    this.process.write(failed(id, code, message));
  }

  #send(answer: object | undefined): void {
    if (answer) this.process.write(answer);
  }
}

function failed(id: string | number | null, code: number, message: string, data?: object): object {
  return { jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } };
}

/** What the app asks for, and how the test has it behave. */
function scriptOf(spec: ServerSpec, script: FakeServerScript | undefined): FakeServerScript {
  const { port, host, portConflict, autostart, restart } = spec;
  const asked = { port, host, portConflict, autostart, restart };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...given, ...script };
}
