/** What the connection needs of the browser it runs in. The only part that touches the page's globals. */

/** A browser's `WebSocket`, as far as it is used. */
export interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** What is behind the connection: a browser, or a stand-in. */
export interface WebHost {
  openSocket(url: string): WebSocketLike;
  /** As `fetch`: what an address answers by HTTP. Rejects when nothing does. */
  ask(url: string): Promise<{ status: number; type?: string }>;
  /** Calls `callback` when it is worth trying again at once, until the returned function is called. */
  onWake(callback: () => void): () => void;
}

/** The page's own browser. */
export const browser: WebHost = {
  openSocket: (url) => new WebSocket(url) as WebSocketLike,
  ask: (url) => {
    const foreign = new URL(url).origin !== location.origin;
    // Of another origin nothing may be read, but that it answers at all tells enough.
    return fetch(url, { cache: "no-store", mode: foreign ? "no-cors" : "same-origin" });
  },
  onWake: (callback) => {
    const shown = () => {
      if (document.visibilityState === "visible") callback();
    };
    addEventListener("online", callback);
    document.addEventListener("visibilitychange", shown);
    return () => {
      removeEventListener("online", callback);
      document.removeEventListener("visibilitychange", shown);
    };
  },
};

/** Where the sidecar is: the WebSocket itself, and what its address answers by HTTP. */
export interface Address {
  socket: string;
  http: string;
}

/** Where WebSockets are answered below the address of a page. */
const RPC_PATH = "rpc";

/**
 * The address that `url` means: `ws:` and `wss:` as they are, of `http:` and `https:` the `/rpc` below it.
 *
 * @throws TypeError if it is none of these.
 */
export function addressOf(url: string | URL): Address {
  const given = new URL(url, typeof location === "undefined" ? undefined : location.href);
  const page = given.protocol === "http:" || given.protocol === "https:";
  if (!page && given.protocol !== "ws:" && given.protocol !== "wss:") {
    throw new TypeError(
      `the address of a sidecar begins with ws:, wss:, http: or https:, not ${given.protocol}`,
    );
  }
  const target = page ? new URL(RPC_PATH, given) : given;
  target.hash = "";
  if (page) target.search = ""; // a token in the page's address is none of the socket's
  const withScheme = (name: "ws" | "http") => target.href.replace(/^(ws|http)/, name);
  return { socket: withScheme("ws"), http: withScheme("http") };
}
