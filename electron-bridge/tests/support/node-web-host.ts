/** A browser's part for `createWebPythonServerApi`, played by Node: sockets with cookies, and a wake-up call. */
import { WebSocket } from "ws";
import type { WebHost, WebSocketLike } from "../../src/renderer/websocket/host.js";

/** A host that sends these headers with everything; `wake` is what a tab does that is looked at again. */
export function nodeWebHost(headers: Record<string, string> = {}): WebHost & { wake(): void } {
  const callbacks = new Set<() => void>();
  return {
    openSocket: (url) => new WebSocket(url, { headers }) as unknown as WebSocketLike,
    ask: (url) => fetch(url, { headers, redirect: "manual" }),
    onWake: (callback) => {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    wake: () => {
      for (const callback of callbacks) callback();
    },
  };
}
