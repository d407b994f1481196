/**
 * `PythonServerApi` in a browser: the same as in an Electron window, over a WebSocket to `sidecar web` that is
 * opened again when it was lost. What a connection is, is `websocket/`'s affair.
 */
import type { PythonServerApi } from "../shared/api.js";
import type { NotificationChannel, NotificationPayloads } from "../shared/channels.js";
import { TOPICS } from "../shared/generated/codes.js";
import { Listeners } from "../shared/listeners.js";
import { type ApiRequest, makeApi, REQUESTS } from "../shared/make-api.js";
import { Connection } from "./websocket/connection.js";
import { ConnectionLost } from "./websocket/errors.js";
import { addressOf, browser, type WebHost } from "./websocket/host.js";

export { NOT_CONNECTED, WebRequestError } from "./websocket/errors.js";
export type { WebHost, WebSocketLike } from "./websocket/host.js";

/** The API, and its end. */
export interface WebPythonServerApi extends PythonServerApi {
  /** Closes the connection for good; whatever is asked from then on rejects. */
  close(): void;
}

/** A click that comes while the connection is away is worth so long a wait, and not more. */
const RECONNECT_SECONDS = 10;

/** Anything but a command is answered in milliseconds; a long page of a log takes longer. */
const ANSWER_SECONDS = 30;

/** The sidecar's own limit for a request to a server, where none is given. */
const SEND_REQUEST_SECONDS = 30;

/** Beyond the limit of a request to a server, for the way there and back. */
const MARGIN_SECONDS = 5;

/** They take as long as a server takes: only the end of the connection ends the wait for them. */
const COMMANDS: ReadonlySet<ApiRequest> = new Set(["start", "stop", "restart"]);

/** They change nothing, so that they may be asked once more on the next connection. */
const QUESTIONS: ReadonlySet<ApiRequest> = new Set([
  "getStatus",
  "list",
  "getLogs",
  "getMetrics",
  "getSettings",
]);

/**
 * The API over a WebSocket. Requests reject with a `WebRequestError`, which has the JSON-RPC `code` and `data`.
 *
 * The state of the connection is told as that of the sidecar: `running` when connected, also after it was lost
 * meanwhile, so that what the page knows is to be read anew; `restarting` while it is lost; `failed` when only
 * a person can help, with a message that says how; `stopped` after `close()`.
 *
 * @param url `ws:` or `wss:` of the socket, or `http:` or `https:` of the page; by default the page's own.
 * @param host what it runs in, where that is no browser.
 */
export function createWebPythonServerApi(url?: string | URL, host: WebHost = browser): WebPythonServerApi {
  const listeners = new Listeners<NotificationPayloads>();
  const topics: ReadonlySet<string> = new Set(TOPICS);
  const connection = new Connection({
    address: addressOf(url ?? location.href),
    host,
    notified: (topic, params) => {
      if (topics.has(topic)) listeners.tell(topic as NotificationChannel, params as never);
    },
    statusChanged: (status) => listeners.tell("python-sidecar-status", status),
  });

  async function ask(method: ApiRequest, params?: object): Promise<unknown> {
    const once = async () => {
      const client = await connection.client(RECONNECT_SECONDS);
      return client.ask(REQUESTS[method], params, limitOf(method, params));
    };
    try {
      return await once();
    } catch (error) {
      if (error instanceof ConnectionLost && QUESTIONS.has(method)) return once();
      throw error;
    }
  }

  const api = makeApi({
    ask,
    getSidecarStatus: async () => connection.status,
    subscribe: (topic, callback) => listeners.add(topic, callback),
  });
  return { ...api, close: () => connection.close() };
}

/** How many seconds an answer may take; nothing for one that may take as long as it likes. */
function limitOf(method: ApiRequest, params: { timeout?: number } = {}): number | undefined {
  if (COMMANDS.has(method)) return undefined;
  if (method !== "sendRequest") return ANSWER_SECONDS;
  return (params.timeout ?? SEND_REQUEST_SECONDS) + MARGIN_SECONDS;
}
