import { act, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const THREE = { servers: { alpha: { running: true }, beta: {}, gamma: {} } };

const option = (name: RegExp) => screen.getByRole("option", { name });
const heading = () => screen.getByRole("heading", { level: 2 }).textContent;

describe("the list of servers", () => {
  onFreshPages();

  it("tells each server's name, state and port in words", async () => {
    await showPanel(THREE);
    expect(option(/alpha.*Running.*Port.*8121/)).toBeTruthy();
    expect(option(/beta.*Stopped.*Port.*8122/)).toBeTruthy();
  });

  it("shows the first server until another is chosen", async () => {
    const { user } = await showPanel(THREE);
    expect(heading()).toBe("alpha");
    await user.click(option(/gamma/));
    expect(heading()).toBe("gamma");
    expect(option(/gamma/).getAttribute("aria-selected")).toBe("true");
    expect(option(/alpha/).getAttribute("aria-selected")).toBe("false");
  });

  it("is gone through with arrows, Home and End, and stops at both ends", async () => {
    const { user } = await showPanel(THREE);
    await user.click(option(/alpha/));
    await user.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(option(/beta/));
    expect(heading()).toBe("beta");
    await user.keyboard("{End}{ArrowDown}");
    expect(heading()).toBe("gamma");
    await user.keyboard("{Home}{ArrowUp}");
    expect(heading()).toBe("alpha");
    expect(document.activeElement).toBe(option(/alpha/));
  });

  it("goes to the server whose name is begun to be typed", async () => {
    const { user } = await showPanel({ servers: { api: {}, worker: {}, "worker-2": {}, web: {} } });
    await user.click(option(/api/));
    await user.keyboard("we");
    expect(heading()).toBe("web");
  });

  it("goes through the names with one first letter when that letter is typed again and again", async () => {
    const { user } = await showPanel({ servers: { api: {}, worker: {}, web: {} } });
    await user.click(option(/api/));
    await user.keyboard("w");
    expect(heading()).toBe("worker");
    await user.keyboard("w");
    expect(heading()).toBe("web");
  });

  it("is one stop of the Tab key", async () => {
    await showPanel(THREE);
    const stops = screen.getAllByRole("option").filter((row) => row.tabIndex === 0);
    expect(stops).toEqual([option(/alpha/)]);
  });

  it("keeps the choice when the state of a server changes", async () => {
    const { user, sidecar } = await showPanel(THREE);
    await user.click(option(/beta/));
    act(() => sidecar.setStatus("alpha", { status: "error", lastError: "It ended with code 1." }));
    expect(option(/alpha.*Error/)).toBeTruthy();
    expect(heading()).toBe("beta");
  });

  it("keeps the choice over a reload of the page", async () => {
    const { user, unmount } = await showPanel(THREE);
    await user.click(option(/gamma/));
    unmount();
    await showPanel(THREE);
    expect(heading()).toBe("gamma");
  });

  it("shows the first server when the one that was chosen is no longer configured", async () => {
    const { user, unmount } = await showPanel(THREE);
    await user.click(option(/gamma/));
    unmount();
    await showPanel({ servers: { alpha: {}, beta: {} } });
    expect(heading()).toBe("alpha");
  });

  it("is left out for a single server, and where the app names one", async () => {
    const { unmount } = await showPanel({ servers: { only: {} } });
    expect(screen.queryByRole("listbox")).toBeNull();
    unmount();
    await showPanel(THREE, { name: "beta" });
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(heading()).toBe("beta");
  });

  it("has a filter once it is long, which finds by name and by host", async () => {
    const servers = Object.fromEntries(["a1", "a2", "a3", "b1", "b2", "b3"].map((name) => [name, {}]));
    const remote = {
      kind: "supervisor" as const,
      supervisor: { host: "seoul-7", port: 9001, program: "live" },
    };
    const { user } = await showPanel({ servers: { ...servers, live: { status: remote } } });
    const filter = screen.getByRole("searchbox", { name: "Filter servers" });
    await user.type(filter, "B");
    expect(screen.getAllByRole("option")).toHaveLength(3);
    await user.clear(filter);
    await user.type(filter, "seoul");
    expect(screen.getAllByRole("option")).toHaveLength(1);
    await user.keyboard("{ArrowDown}");
    expect(heading()).toBe("live");
  });

  it("says that nothing matches the filter, and shows all again", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const { user } = await showPanel({ servers: Object.fromEntries(names.map((name) => [name, {}])) });
    await user.type(screen.getByRole("searchbox", { name: "Filter servers" }), "zz");
    expect(screen.getByText(/contains “zz”/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(screen.getAllByRole("option")).toHaveLength(7);
  });

  it("has no filter while it is short", async () => {
    await showPanel(THREE);
    expect(screen.queryByRole("searchbox", { name: "Filter servers" })).toBeNull();
  });

  it("tells the host, the age of the heartbeat and that a remote server cannot be reached", async () => {
    const lastHeartbeat = new Date(Date.now() - 200_000).toISOString();
    const supervisor = { host: "host-a", port: 9001, program: "live" };
    const { sidecar } = await showPanel({
      servers: {
        live: { running: true, status: { kind: "supervisor", supervisor, lastHeartbeat } },
        local: {},
      },
    });
    expect(option(/live.*Running.*host-a.*heartbeat 3m 2\ds ago/)).toBeTruthy();
    act(() => sidecar.setStatus("live", { conditions: ["stale-heartbeat", "unreachable"] }));
    const row = option(/live/);
    expect(within(row).getByText("Unreachable · last known: Running")).toBeTruthy();
    expect(within(row).getByText("Stale heartbeat")).toBeTruthy();
  });

  it("says in a few words why a server failed", async () => {
    const { user, sidecar } = await showPanel(THREE);
    sidecar.failNext("start", { code: "PORT_IN_USE", message: "port 8122 is in use" });
    await user.click(option(/beta/));
    await user.click(screen.getByRole("button", { name: "Start" }));
    expect(await screen.findByRole("option", { name: /beta.*Error · The port is taken/ })).toBeTruthy();
  });

  it("can be reduced to the servers that need attention, once it is long", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const { user, sidecar } = await showPanel({
      servers: Object.fromEntries(names.map((name) => [name, {}])),
    });
    expect(screen.queryByRole("button", { name: /attention/ })).toBeNull();
    act(() => sidecar.setStatus("c", { status: "error", lastError: "It ended." }));
    act(() => sidecar.setStatus("e", { status: "running", health: "unhealthy" }));
    await user.click(screen.getByRole("button", { name: "Only the 2 that need attention" }));
    expect(screen.getAllByRole("option")).toHaveLength(2);
    act(() => sidecar.setStatus("c", { status: "running" }));
    act(() => sidecar.setStatus("e", { health: "healthy" }));
    expect(screen.getAllByRole("option")).toHaveLength(7);
  });

  it("tells what it knew last, and no running clock, while the sidecar is away", async () => {
    const { sidecar } = await showPanel(THREE);
    act(() => sidecar.setSidecarStatus({ status: "restarting" }));
    expect(within(option(/alpha/)).getByText("Last known: Running")).toBeTruthy();
    const detail = within(screen.getByRole("article"));
    expect(detail.getByText("Unreachable")).toBeTruthy();
    expect(detail.queryByText("Uptime")).toBeNull();
    expect(detail.queryByRole("link")).toBeNull();
    act(() => sidecar.setSidecarStatus({ status: "running" }));
    expect(await screen.findByRole("option", { name: /alpha.*Running ·/ })).toBeTruthy();
  });

  it("shows memory once it was measured", async () => {
    const { sidecar } = await showPanel(THREE);
    act(() => sidecar.emitMetrics("alpha", { rssBytes: 38_400_000, cpuPercent: 12 }));
    expect(within(option(/alpha/)).getByText("38 MB")).toBeTruthy();
    expect(within(option(/alpha/)).getByRole("img", { name: "CPU 12 %" })).toBeTruthy();
  });
});
