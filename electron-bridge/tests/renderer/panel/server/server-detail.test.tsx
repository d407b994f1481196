import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const showServer = (script: FakeServerScript) => showPanel({ servers: { api: script } }, { language: "en" });

const detail = () => within(screen.getByRole("article", { name: "api" }));
const fact = (name: string) => detail().getByText(name, { selector: "dt" }).nextElementSibling?.textContent;
const noFact = (name: string) => detail().queryByText(name, { selector: "dt" }) === null;

describe("the view of one server", () => {
  onFreshPages();
  afterEach(() => vi.useRealTimers());

  it("answers whether it runs, where and as which process", async () => {
    await showServer({ running: true, port: 8121 });
    const link = detail().getByRole("link");
    expect(link.getAttribute("href")).toBe("http://127.0.0.1:8121");
    expect(link.getAttribute("target")).toBe("_blank");
    expect(link.getAttribute("rel")).toBe("noreferrer");
    expect(fact("Port")).toBe("8121");
    expect(Number(fact("PID"))).toBeGreaterThan(0);
    expect(fact("Restarts")).toBe("0");
    expect(noFact("Host")).toBe(true);
    expect(detail().getByText("api: Running").getAttribute("role")).toBe("status");
  });

  it("has no link to a server that does not answer", async () => {
    await showServer({ port: 8121 });
    expect(detail().queryByRole("link")).toBeNull();
    expect(detail().getByText("http://127.0.0.1:8121")).toBeTruthy();
  });

  it("names the host when it is reachable from elsewhere", async () => {
    await showServer({ running: true, host: "0.0.0.0" });
    expect(fact("Host")).toBe("0.0.0.0");
  });

  it("says how it ended", async () => {
    const { sidecar } = await showServer({ running: true });
    act(() => sidecar.crash("api", { code: 3 }));
    await waitFor(() => expect(fact("Exit code")).toBe("3"));
    act(() => sidecar.setStatus("api", { status: "error", exitCode: undefined, signal: "SIGKILL" }));
    await waitFor(() => expect(fact("Ended by")).toBe("SIGKILL"));
  });

  it("shows CPU and memory as soon as they are known", async () => {
    const { sidecar } = await showServer({ running: true });
    expect(noFact("CPU")).toBe(true);
    act(() => sidecar.emitMetrics("api", { cpuPercent: 12.4, rssBytes: 38_000_000 }));
    await waitFor(() => expect(fact("CPU")).toContain("12 %"));
    expect(fact("Memory")).toContain("38 MB");
    expect(detail().getByRole("img", { name: /^CPU/ })).toBeTruthy();
  });

  it("counts the uptime on in two units", async () => {
    const { sidecar } = await showServer({});
    vi.useFakeTimers();
    act(() => sidecar.setStatus("api", { status: "running", uptime: 3600 * 4 + 58 }));
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(fact("Uptime")).toBe("4h");
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(fact("Uptime")).toBe("4h 1m");
    const moment = detail().getByText("4h 1m");
    expect(moment.getAttribute("title")).toMatch(/^Running since .*\d{4}/);
  });

  it("keeps the chosen tab while the server changes", async () => {
    const { user, sidecar } = await showServer({ running: true });
    await user.click(detail().getByRole("tab", { name: "Metrics" }));
    act(() => sidecar.crash());
    await screen.findByRole("alert");
    expect(detail().getByRole("tab", { name: "Metrics" }).getAttribute("aria-selected")).toBe("true");
  });

  it("says so when there is no such server", async () => {
    await showPanel({ servers: { other: {} } }, { name: "api", language: "en" });
    expect(screen.getByRole("heading", { name: "There is no server “api”" })).toBeTruthy();
  });
});

describe("a server that changes", () => {
  onFreshPages();
  afterEach(() => vi.useRealTimers());

  it("says what it waits for and for how long", async () => {
    const { sidecar } = await showServer({});
    vi.useFakeTimers();
    act(() => sidecar.setStatus("api", { status: "starting" }));
    expect(detail().queryByText("Launching the process")).toBeNull(); // most are ready before it could be read
    await act(() => vi.advanceTimersByTimeAsync(400));
    expect(detail().getByText("Launching the process")).toBeTruthy();
    act(() => sidecar.setStatus("api", { status: "starting", pid: 4711 }));
    expect(detail().getByText("Waiting until it answers on http://127.0.0.1:8121")).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(3000));
    expect(detail().getByText("3s")).toBeTruthy();
    expect(detail().queryByText(/takes long/)).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(9000));
    expect(detail().getByText(/takes long/).textContent).toContain("Cancel");
  });

  it("learns of its process, which is told only when it is asked for", async () => {
    const { sidecar } = await showServer({});
    vi.useFakeTimers();
    act(() => sidecar.setStatus("api", { status: "starting" }));
    const asked = () => sidecar.calls.filter((call) => call.method === "getStatus").length;
    const before = asked();
    await act(() => vi.advanceTimersByTimeAsync(500));
    expect(asked()).toBe(before + 1);
    act(() => sidecar.setStatus("api", { status: "starting", pid: 4711 }));
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(asked()).toBe(before + 1);
  });

  it("counts down to its automatic restart, with what went wrong", async () => {
    const { sidecar } = await showServer({});
    vi.useFakeTimers();
    const retryAt = new Date(Date.now() + 4000).toISOString();
    act(() => sidecar.setStatus("api", { status: "starting", retryAt, restarts: 2, lastError: "api ended" }));
    expect(detail().getByText("Restarts in 4s (attempt 3)")).toBeTruthy();
    expect(detail().getByText("api ended")).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(3000));
    expect(detail().getByText("Restarts in 1s (attempt 3)")).toBeTruthy();
    expect(detail().getByRole("button", { name: "Start now" })).toBeTruthy();
  });
});

describe("a server on another host", () => {
  onFreshPages();

  const remote = (status: FakeServerScript["status"]): FakeServerScript => ({
    running: true,
    port: 1496,
    host: "10.0.0.4",
    status: {
      kind: "supervisor",
      supervisor: { host: "10.0.0.4", port: 9001, program: "python-server" },
      ...status,
    },
  });

  it("names its supervisor and the age of its heartbeat", async () => {
    const lastHeartbeat = new Date(Date.now() - 125_000).toISOString();
    await showServer(remote({ lastHeartbeat }));
    expect(fact("Supervisor")).toBe("10.0.0.4:9001 · python-server");
    expect(fact("Last heartbeat")).toMatch(/^2m \d+s ago$/);
  });

  it("says in words what does not agree, and that its state is the last one known", async () => {
    await showServer(remote({ conditions: ["unreachable", "stale-heartbeat"] }));
    const conditions = within(detail().getByRole("list", { name: "What does not agree" }));
    expect(conditions.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Unreachable Its host does not answer. The state shown is the last one known.",
      "Stale heartbeat It has not been heard of for longer than it should.",
    ]);
    expect(detail().getByText("api: Unreachable")).toBeTruthy();
  });

  it("is told in Korean too", async () => {
    await showPanel({ servers: { api: remote({ conditions: ["stale-heartbeat"] }) } }, { language: "ko" });
    expect(detail().getByText("하트비트 지연")).toBeTruthy();
    expect(fact("마지막 하트비트")).toBe("없음");
  });
});
