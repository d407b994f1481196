/**
 * JSON-RPC with the sidecar over its two pipes: the one user of vscode-jsonrpc, which matches answers
 * to requests. Reading and writing are our own, since its reader takes in bytes faster than it hands
 * out messages (one per turn of the event loop, without a bound in between), and its writer's failure
 * ends as an unhandled rejection. Knows no process and no method.
 */
import type { Readable, Writable } from "node:stream";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  ParameterStructures,
  ResponseError,
} from "vscode-jsonrpc/node.js";
import { ErrorCode } from "../shared/generated/codes.js";
import { messageOf, PythonServerError, SIDECAR_UNAVAILABLE } from "./errors.js";
import { MessageSplitter } from "./message-splitter.js";

/** The sidecar skips a larger request, and its answer could not be matched to it. */
const LARGEST_REQUEST_BYTES = 8 * 1024 * 1024;

/** So many messages may wait to be handled; beyond, the pipe is left unread, and the sidecar notices. */
const MOST_WAITING = 64;
const FEW_WAITING = 16;

/** One connection to a sidecar. */
export interface RpcConnection {
  /** The beginning of what came and is no message; empty where all is well. */
  unread(): string;
  /** Resolves with the result; rejects with a PythonServerError. */
  request(method: string, params?: unknown): Promise<unknown>;
  /** Ends it: what is under way rejects with `reason`, and nothing more is handled. */
  close(reason: PythonServerError): void;
}

/** What one connection tells. */
export interface RpcEvents {
  onNotification(method: string, params: unknown): void;
  /** What the other side writes is not the protocol. */
  onError(error: Error): void;
}

class PipeReader extends AbstractMessageReader implements MessageReader {
  readonly #input: Readable;
  readonly #splitter = new MessageSplitter((body) => {
    this.#waiting += 1;
    this.#callback(JSON.parse(body.toString("utf8")) as Message);
  });
  #callback: DataCallback = () => {};
  #waiting = 0;

  constructor(input: Readable) {
    super();
    this.#input = input;
  }

  /** The beginning of what came and is no message. */
  get unread(): string {
    return this.#splitter.unread;
  }

  listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    let broken = false;
    const onData = (chunk: Buffer) => {
      if (broken) return; // what follows something that is no message cannot be trusted to be one
      try {
        this.#splitter.push(chunk);
      } catch (error) {
        broken = true;
        this.fireError(error);
      }
      if (this.#waiting > MOST_WAITING) this.#input.pause();
    };
    this.#input.on("data", onData);
    this.#input.on("error", (error) => this.fireError(error));
    return { dispose: () => this.#input.off("data", onData) };
  }

  /** To be called once per message that was handled. */
  handled(): void {
    this.#waiting -= 1;
    if (this.#waiting < FEW_WAITING && this.#input.isPaused()) this.#input.resume();
  }
}

class PipeWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #output: Writable;

  constructor(output: Writable) {
    super();
    this.#output = output;
    // Without a listener the EPIPE of a dead sidecar would be an uncaught exception. It needs no telling:
    // the sidecar's end is noticed by itself.
    output.on("error", () => {});
  }

  async write(message: Message): Promise<void> {
    const body = Buffer.from(JSON.stringify(message), "utf8");
    const header = Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "latin1");
    this.#output.write(Buffer.concat([header, body]));
  }

  end(): void {}
}

/** Connects to the sidecar behind the pipes; notifications and answers are handled in the order in which they come. */
export function connect(input: Readable, output: Writable, events: RpcEvents): RpcConnection {
  const reader = new PipeReader(input);
  const connection = createMessageConnection(reader, new PipeWriter(output), undefined, {
    messageStrategy: {
      handleMessage(message, next) {
        reader.handled();
        next(message);
      },
    },
  });
  let reason = new PythonServerError("the sidecar is gone", SIDECAR_UNAVAILABLE);
  let open = true;
  connection.onError(([error]) => {
    if (open) events.onError(error);
  });
  connection.onNotification((method, params) => events.onNotification(method, params));
  connection.listen();
  return {
    unread: () => reader.unread,
    async request(method, params) {
      if (!open) throw reason;
      checkSize(method, params);
      try {
        return await send(connection, method, params);
      } catch (error) {
        throw open && error instanceof ResponseError
          ? new PythonServerError(error.message, error.code, error.data)
          : reason;
      }
    },
    close(why) {
      if (!open) return;
      open = false;
      reason = why;
      connection.dispose();
    },
  };
}

function send(connection: MessageConnection, method: string, params: unknown): Promise<unknown> {
  if (params === undefined) return connection.sendRequest(method);
  if (Array.isArray(params)) {
    return connection.sendRequest(method, ParameterStructures.byPosition, ...params);
  }
  return connection.sendRequest(method, ParameterStructures.byName, params);
}

function checkSize(method: string, params: unknown): void {
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw new PythonServerError(
      `the params of ${method} should be an object or an array`,
      ErrorCode.INVALID_PARAMS,
    );
  }
  let text: string;
  try {
    text = JSON.stringify(params) ?? "";
  } catch (error) {
    throw new PythonServerError(
      `the params of ${method} cannot be written as JSON: ${messageOf(error)}`,
      ErrorCode.INVALID_PARAMS,
    );
  }
  // The envelope takes less than 1 KiB.
  if (Buffer.byteLength(text) > LARGEST_REQUEST_BYTES - 1024) {
    throw new PythonServerError(
      `the request ${method} is larger than 8 MiB; send less at once`,
      ErrorCode.INVALID_REQUEST,
    );
  }
}
