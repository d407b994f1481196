/**
 * One lasting connection to a sidecar: opened, initialised, and opened again when it was lost. Tells its
 * state as that of the sidecar. Knows JSON-RPC by its client only, and no method but `initialize`.
 */
import type { SidecarStatus } from "../../shared/api.js";
import { PROTOCOL_VERSION, TOPICS } from "../../shared/generated/codes.js";
import type { InitializeResult } from "../../shared/generated/protocol.js";
import { NOT_CONNECTED, NoAnswerInTime, WebRequestError } from "./errors.js";
import type { Address, WebHost, WebSocketLike } from "./host.js";
import { JsonRpcClient } from "./json-rpc.js";
import { findRefusal } from "./refusal.js";
import { Waiting } from "./waiting.js";

/** A network that swallows packets would otherwise be waited for by the minute. */
const CONNECT_SECONDS = 10;

/** Is answered in milliseconds by a sidecar that lives. */
const INITIALIZE_SECONDS = 10;

/** After waking up it is asked whether the connection is still one; so much is a dead one noticed later. */
const CHECK_SECONDS = 5;

/** One that is lost sooner is no reason to hurry with the next. */
const STEADY_SECONDS = 10;

const FIRST_RETRY_SECONDS = 0.5;
const LONGEST_RETRY_SECONDS = 30;

/** The first failure may be a sidecar that is just being restarted; only the second is looked into. */
const FAILURES_BEFORE_ASKING = 2;

/** Close code of a server that will not have this client (RFC 6455, policy violation). */
const REFUSED = 1008;

/** Who we are, for the sidecar's log. */
const CLIENT = { name: "electron-python-server/renderer" };

/** What a connection is made of. */
export interface ConnectionOptions {
  address: Address;
  host: WebHost;
  notified(topic: string, params: unknown): void;
  statusChanged(status: SidecarStatus): void;
}

/** The connection. It begins to open when it is made. */
export class Connection {
  #status: SidecarStatus = { status: "starting" };
  #socket: WebSocketLike | undefined;
  /** Of the present socket, from its opening on. */
  #client: JsonRpcClient | undefined;
  /** How often in a row it could not be had, or was lost again soon. */
  #failures = 0;
  /** When it was initialised, on the page's monotonic clock in ms. */
  #readyAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting = new Waiting<JsonRpcClient>();
  readonly #sleep: () => void;

  constructor(private readonly options: ConnectionOptions) {
    this.#open();
    this.#sleep = options.host.onWake(() => this.#wake());
  }

  get status(): SidecarStatus {
    return { ...this.#status };
  }

  /** The client of the present connection, or of the next one if that comes within `limitSeconds`. */
  async client(limitSeconds: number): Promise<JsonRpcClient> {
    const { status } = this.#status;
    if (status === "running" && this.#client) return this.#client;
    if (status === "failed" || status === "stopped") throw this.#unreachable();
    return this.#waiting.wait(limitSeconds, () => this.#unreachable());
  }

  /** Ends it for good. */
  close(): void {
    if (this.#status.status === "stopped") return;
    this.#sleep();
    this.#drop();
    this.#rest({ status: "stopped", message: "This page has closed its connection to the sidecar." });
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), CONNECT_SECONDS * 1000);
    const socket = this.options.host.openSocket(this.options.address.socket);
    this.#socket = socket;
    // A socket that was given up may still tell of its end: only the present one is listened to.
    const whilePresent =
      <E>(act: (event: E) => void) =>
      (event: E) => {
        if (socket === this.#socket) act(event);
      };
    socket.onopen = whilePresent(() => void this.#initialize(socket));
    socket.onmessage = whilePresent(({ data }) => this.#receive(data));
    socket.onclose = whilePresent(({ code, reason }) => this.#lost(code, reason));
    socket.onerror = () => {}; // its close follows, and tells as much
  }

  async #initialize(socket: WebSocketLike): Promise<void> {
    clearTimeout(this.#timer);
    const client = new JsonRpcClient((text) => socket.send(text), this.options.notified);
    this.#client = client;
    const params = { protocolVersion: PROTOCOL_VERSION, clientInfo: CLIENT, notifications: [...TOPICS] };
    try {
      const result = (await client.ask("initialize", params, INITIALIZE_SECONDS)) as InitializeResult;
      if (client !== this.#client) return;
      this.#readyAt = performance.now();
      this.#change({ status: "running", pid: result.serverInfo.pid });
      this.#waiting.admit(client);
    } catch (error) {
      if (client === this.#client) this.#lost(undefined, (error as Error).message);
    }
  }

  #receive(data: unknown): void {
    try {
      this.#client?.receive(String(data));
    } catch {
      this.#lost(undefined, "what answers there is no sidecar");
    }
  }

  /** The present socket is of no use any more: another one is opened after a pause. */
  #lost(code?: number, reason?: string): void {
    const wasOpen = this.#client !== undefined;
    this.#drop();
    if (code === REFUSED) {
      this.#rest({
        status: "failed",
        message: `The sidecar has ended the connection: ${reason || "refused"}.`,
      });
    }
    if (this.#status.status === "failed") return; // until somebody looks at the page again
    const wasSteady =
      this.#status.status === "running" && performance.now() - this.#readyAt > STEADY_SECONDS * 1000;
    this.#failures = wasSteady ? 1 : this.#failures + 1;
    const longest = Math.min(FIRST_RETRY_SECONDS * 2 ** (this.#failures - 1), LONGEST_RETRY_SECONDS);
    // At random, so that pages which were cut off together do not come back together.
    const pause = longest * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#open(), pause * 1000);
    if (this.#status.status !== "restarting" || reason) {
      const what =
        this.#status.status === "running"
          ? "The connection to the sidecar was lost"
          : "The sidecar could not be reached";
      this.#change({
        status: "restarting",
        message: `${what}${reason ? ` (${reason})` : ""}. Trying again.`,
      });
    }
    if (!wasOpen && this.#failures >= FAILURES_BEFORE_ASKING) void this.#findOut(this.#failures);
  }

  /** The browser tells no reason for a handshake that failed: sees what the address answers. */
  async #findOut(failures: number): Promise<void> {
    const { message, final } = await findRefusal(this.options.address, this.options.host);
    if (this.#status.status !== "restarting" || this.#failures !== failures) return;
    if (final) {
      this.#drop();
      this.#rest({ status: "failed", message });
    } else if (message !== this.#status.message) {
      this.#change({ status: "restarting", message });
    }
  }

  /** Somebody looks at the page again, or the network is back: tries at once, or sees whether it still is. */
  #wake(): void {
    const client = this.#client;
    if (client && this.#status.status === "running") {
      client.ask("list_servers", undefined, CHECK_SECONDS).catch((error: unknown) => {
        if (error instanceof NoAnswerInTime && client === this.#client) this.#lost();
      });
    } else if (!this.#socket) {
      this.#open();
    }
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    const client = this.#client;
    this.#socket = undefined;
    this.#client = undefined;
    client?.end();
    socket?.close();
  }

  /** Nothing is tried any more, so nobody has to wait. */
  #rest(status: SidecarStatus): void {
    this.#change(status);
    this.#waiting.refuse(this.#unreachable());
  }

  #change(status: SidecarStatus): void {
    this.#status = status;
    this.options.statusChanged({ ...status });
  }

  #unreachable(): WebRequestError {
    return new WebRequestError(this.#status.message ?? "The sidecar cannot be reached yet.", NOT_CONNECTED);
  }
}
