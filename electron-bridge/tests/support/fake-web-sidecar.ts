/** Stands in for `sidecar web`: the fake servers of `testing` behind a WebSocket that a test can cut. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { FakeRpcError } from "../../src/testing/failures.js";
import { FakeServers } from "../../src/testing/fake-servers.js";
import type { FakeServerScript, Method } from "../../src/testing/script.js";

interface Asked {
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

/** The stand-in. Listens on a port of its own choice, and on the same one after `up`. */
export class FakeWebSidecar {
  /** Whether pages are let in; if not, everything is answered with 403. */
  letsIn = true;
  /** Methods that are taken in and never answered. */
  readonly unanswered = new Set<string>();
  /** What was asked, oldest first, over all connections. */
  readonly asked: Asked[] = [];
  readonly servers: FakeServers;
  #http: Server | undefined;
  readonly #sockets = new WebSocketServer({ noServer: true });
  #port = 0;
  #watchers: (() => void)[] = [];

  constructor(scripts: Record<string, FakeServerScript> = { api: {} }) {
    this.servers = new FakeServers(scripts, (method, params) => this.tell(method, params));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Listens. */
  async up(): Promise<void> {
    const http = createServer((_request, response) => {
      response.writeHead(this.letsIn ? 426 : 403).end();
    });
    http.on("upgrade", (request: IncomingMessage, socket, head) => {
      if (request.url !== "/rpc" || !this.letsIn) {
        socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client));
    });
    http.listen(this.#port, "127.0.0.1");
    await once(http, "listening");
    this.#port = (http.address() as AddressInfo).port;
    this.#http = http;
  }

  /** Is gone, with every connection. */
  async down(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    this.cut();
    if (!http) return;
    http.close();
    http.closeAllConnections();
    await once(http, "close");
  }

  /** Cuts every connection without a word; with a code, says goodbye. */
  cut(code?: number, reason?: string): void {
    for (const client of this.#sockets.clients) {
      if (code === undefined) client.terminate();
      else client.close(code, reason);
    }
  }

  /** Sends every page a notification. */
  tell(method: string, params: unknown): void {
    this.say(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  /** Sends every page a text as it is. */
  say(text: string): void {
    for (const client of this.#sockets.clients) client.send(text);
  }

  /** Resolves when `method` has been asked `times` in all. */
  async whenAsked(method: string, times = 1): Promise<void> {
    while (this.asked.filter((one) => one.method === method).length < times) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async end(): Promise<void> {
    this.servers.dispose();
    await this.down();
    this.#sockets.close();
  }

  #serve(client: WebSocket): void {
    client.on("message", (data) => {
      const asked = JSON.parse(String(data)) as Asked;
      this.asked.push(asked);
      for (const seen of this.#watchers.splice(0)) seen();
      if (this.unanswered.has(asked.method)) return;
      void this.#answer(asked).then((answer) =>
        client.send(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...answer })),
      );
    });
  }

  async #answer({ method, params = {} }: Asked): Promise<object> {
    if (method === "initialize") {
      const serverInfo = {
        name: "sidecar",
        version: "0.1.0",
        pid: 4000,
        python: "3.12.1",
        platform: "linux",
      };
      return {
        result: { protocolVersion: "1", serverInfo, capabilities: { notifications: [] }, servers: [] },
      };
    }
    try {
      return { result: await this.servers.call(method as Method, params) };
    } catch (error) {
      const { code, message, data } = error as FakeRpcError;
      return { error: { code, message, ...(data && { data }) } };
    }
  }
}
