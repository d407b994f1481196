/** What the connection of a page does as time goes by: pauses, limits, dead networks. With a clock of its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createWebPythonServerApi, type WebPythonServerApi } from "../../src/renderer/web.js";
import { addressOf, type WebHost, type WebSocketLike } from "../../src/renderer/websocket/host.js";

const INITIALIZED = { protocolVersion: "1", serverInfo: { pid: 4000 }, capabilities: {}, servers: [] };

/** A socket whose other end is the test. */
class SocketDouble implements WebSocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: { id: number; method: string }[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true; // as on a dead network: no close event ever comes
  }

  /** The handshake succeeds and `initialize` is answered. */
  async accept(): Promise<void> {
    this.onopen?.({} as never);
    this.answer("initialize", INITIALIZED);
    await vi.advanceTimersByTimeAsync(0);
  }

  answer(method: string, result: unknown): void {
    const id = this.sent.findLast((one) => one.method === method)?.id;
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", id, result }) });
  }

  fail(code = 1006): void {
    this.onclose?.({ code, reason: "" });
  }
}

let sockets: SocketDouble[];
let asks: number;
let wake: () => void;
let api: WebPythonServerApi;

/** What the address answers by HTTP. */
let answers: () => Promise<{ status: number }>;

const host: WebHost = {
  openSocket: () => {
    const socket = new SocketDouble();
    sockets.push(socket);
    return socket;
  },
  ask: () => {
    asks += 1;
    return answers();
  },
  onWake: (callback) => {
    wake = callback;
    return () => {
      wake = () => {};
    };
  },
};

const newest = () => sockets.at(-1) as SocketDouble;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  sockets = [];
  asks = 0;
  answers = () => Promise.reject(new TypeError("Failed to fetch"));
  api = createWebPythonServerApi("ws://127.0.0.1:8765/rpc", host);
});

afterEach(() => {
  api.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("the pauses between attempts", () => {
  it("double from half a second to half a minute", async () => {
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const count = sockets.length;
      newest().fail();
      const before = Date.now();
      while (sockets.length === count) await vi.advanceTimersToNextTimerAsync();
      pauses.push((Date.now() - before) / 1000);
    }
    expect(pauses).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it("are shorter by chance, so that pages do not come back together", async () => {
    vi.mocked(Math.random).mockReturnValue(0);
    newest().fail();
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(2);
  });

  it("begin anew after a connection that worked", async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      newest().fail();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    await newest().accept();
    await vi.advanceTimersByTimeAsync(10_001);
    newest().fail();
    const before = sockets.length;
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(before + 1);
  });

  it("go on growing while connections are accepted and cut at once", async () => {
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await newest().accept();
      newest().fail();
      const before = Date.now();
      const count = sockets.length;
      while (sockets.length === count) await vi.advanceTimersToNextTimerAsync();
      pauses.push((Date.now() - before) / 1000);
    }
    expect(pauses).toEqual([0.5, 1, 2, 4]);
  });

  it("are cut short when the page is looked at again", async () => {
    for (let attempt = 0; attempt < 7; attempt++) {
      newest().fail();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    newest().fail();
    const before = sockets.length;
    wake();
    expect(sockets).toHaveLength(before + 1);
    wake(); // one attempt at a time
    expect(sockets).toHaveLength(before + 1);
  });
});

describe("a network that answers nothing", () => {
  it("has an attempt given up after ten seconds", async () => {
    const first = newest();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(first.closed).toBe(true);
    expect((await api.getSidecarStatus()).status).toBe("restarting");
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
    await first.accept(); // too late: it is not listened to any more
    expect((await api.getSidecarStatus()).status).toBe("restarting");
  });

  it("has a connection given up whose initialize is not answered", async () => {
    newest().onopen?.({} as never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await api.getSidecarStatus()).toMatchObject({
      status: "restarting",
      message: expect.stringContaining("did not answer `initialize`"),
    });
  });

  it("is noticed when the page is looked at again, though the connection seems to be there", async () => {
    await newest().accept();
    wake();
    newest().answer("list_servers", []);
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await api.getSidecarStatus()).status).toBe("running");
    wake();
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await api.getSidecarStatus()).status).toBe("restarting");
  });
});

describe("a request", () => {
  it("waits ten seconds for a connection, then rejects with what is wrong", async () => {
    newest().fail();
    const rejected = expect(api.start()).rejects.toMatchObject({
      code: -32000,
      message: "Nothing answers at http://127.0.0.1:8765. See that `sidecar web` runs there. Trying again.",
    });
    for (let second = 0; second < 10; second++) {
      if (!newest().closed) newest().fail();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await rejected;
    expect(asks).toBeGreaterThan(0);
  });

  it("rejects when a question is not answered within half a minute", async () => {
    await newest().accept();
    const rejected = expect(api.list()).rejects.toMatchObject({
      code: -32000,
      message: "the sidecar did not answer `list_servers` within 30 s; try again",
    });
    await vi.advanceTimersByTimeAsync(30_000);
    await rejected;
    newest().answer("list_servers", []); // nobody waits for it any more
  });

  it("to a server has the time that was asked for, and a margin", async () => {
    await newest().accept();
    const rejected = expect(api.sendRequest({ path: "/", timeout: 60 })).rejects.toThrow("within 65 s");
    await vi.advanceTimersByTimeAsync(65_000);
    await rejected;
  });

  it("that is a command may take as long as the server takes", async () => {
    await newest().accept();
    const start = api.start();
    await vi.advanceTimersByTimeAsync(3_600_000);
    newest().answer("start", { success: true, message: "api is running" });
    expect((await start).success).toBe(true);
  });
});

describe("a refused connection", () => {
  it("of a page that may be there is told, and tried again", async () => {
    answers = async () => ({ status: 426 });
    newest().fail();
    await vi.advanceTimersByTimeAsync(500);
    newest().fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(await api.getSidecarStatus()).toMatchObject({
      status: "restarting",
      message: expect.stringContaining("refuses the connection"),
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(3);
  });

  it("by an address that answers with an error is told with its status", async () => {
    answers = async () => ({ status: 502 });
    newest().fail();
    await vi.advanceTimersByTimeAsync(500);
    newest().fail();
    await vi.advanceTimersByTimeAsync(0);
    expect((await api.getSidecarStatus()).message).toContain("it answers 502");
  });
});

describe("the address", () => {
  it.each([
    ["http://127.0.0.1:8765/?token=secret#top", "ws://127.0.0.1:8765/rpc", "http://127.0.0.1:8765/rpc"],
    [
      "https://example.org/tools/panel/",
      "wss://example.org/tools/panel/rpc",
      "https://example.org/tools/panel/rpc",
    ],
    ["ws://[::1]:8765/rpc", "ws://[::1]:8765/rpc", "http://[::1]:8765/rpc"],
    ["wss://example.org/x?a=1", "wss://example.org/x?a=1", "https://example.org/x?a=1"],
  ])("%s means the socket %s", (url, socket, http) => {
    expect(addressOf(url)).toEqual({ socket, http });
  });

  it("is refused if it is none of the web", () => {
    expect(() => addressOf("file:///tmp/index.html")).toThrow(
      "begins with ws:, wss:, http: or https:, not file:",
    );
  });
});
