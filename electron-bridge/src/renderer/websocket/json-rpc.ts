/** JSON-RPC 2.0 on one connection, from a page's side: requests and their answers, notifications. No more. */
import { ConnectionLost, NoAnswerInTime, WebRequestError } from "./errors.js";

interface Awaited {
  method: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

interface Incoming {
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** One connection's requests. It lives as long as the connection. */
export class JsonRpcClient {
  readonly #awaited = new Map<number, Awaited>();
  #lastId = 0;

  /** `send` takes one message's text; `notified` is told what the sidecar says by itself. */
  constructor(
    private readonly send: (text: string) => void,
    private readonly notified: (method: string, params: unknown) => void,
  ) {}

  /** Asks, and waits for the answer: for `limitSeconds` if given, else as long as the connection lives. */
  ask(method: string, params: object | undefined, limitSeconds?: number): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const late = () => {
        this.#awaited.delete(id);
        reject(new NoAnswerInTime(method, limitSeconds ?? 0));
      };
      const timer = limitSeconds === undefined ? undefined : setTimeout(late, limitSeconds * 1000);
      this.#awaited.set(id, { method, resolve, reject, timer });
      this.send(JSON.stringify({ jsonrpc: "2.0", id, method, ...(params && { params }) }));
    });
  }

  /**
   * Takes one message in.
   *
   * @throws SyntaxError if it is no JSON.
   */
  receive(text: string): void {
    const message = JSON.parse(text) as Incoming | null;
    if (typeof message !== "object" || message === null) return;
    if (typeof message.method === "string") {
      this.notified(message.method, message.params);
      return;
    }
    const awaited = this.#awaited.get(message.id as number);
    if (!awaited) return; // its time was over
    this.#awaited.delete(message.id as number);
    clearTimeout(awaited.timer);
    const { error } = message;
    if (error) awaited.reject(new WebRequestError(error.message, error.code, error.data));
    else awaited.resolve(message.result);
  }

  /** The connection is gone: whatever is awaited will not come. */
  end(): void {
    for (const { method, reject, timer } of this.#awaited.values()) {
      clearTimeout(timer);
      reject(new ConnectionLost(method));
    }
    this.#awaited.clear();
  }
}
