import { act, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { PythonServerPanel } from "../../../../src/renderer/panel/python-server-panel.js";
import { fakeSidecar, onFreshPages, show } from "./show-panel.js";

/** How long the panel waits silently; the tests only have to go beyond it. */
const LONG_MS = 60_000;

describe("the panel without anything to show", () => {
  onFreshPages();

  it("explains the preload on a page without window.pythonServer", () => {
    show(<PythonServerPanel />);
    expect(screen.getByRole("heading", { name: "This page is not connected to a sidecar" })).toBeTruthy();
    expect(screen.getByText(/electron-python-server\/preload\/auto/)).toBeTruthy();
  });

  it("uses window.pythonServer where it is", async () => {
    vi.stubGlobal("pythonServer", fakeSidecar({ servers: { api: {} } }));
    show(<PythonServerPanel />);
    expect(await screen.findByRole("heading", { level: 2, name: "api" })).toBeTruthy();
  });

  it("teaches the lines that add a server, and copies them", async () => {
    const sidecar = fakeSidecar({ servers: {} });
    const { user } = show(<PythonServerPanel api={sidecar} />);
    expect(await screen.findByRole("heading", { name: "No servers yet" })).toBeTruthy();
    expect(screen.getByText(/createPythonServerBridge/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: /^Copy: .*--config/ }));
    expect(await navigator.clipboard.readText()).toBe(
      '[servers.api]\napp = "myserver.main:app"\nport = 8121',
    );
  });

  it("says what it waits for when the list of servers does not come", () => {
    vi.useFakeTimers();
    try {
      const sidecar = fakeSidecar({ sidecar: { status: "starting" } });
      sidecar.holdNext("list");
      show(<PythonServerPanel api={sidecar} />);
      expect(screen.getByText("Waiting for the list of servers")).toBeTruthy();
      act(() => void vi.advanceTimersByTime(LONG_MS));
      expect(screen.getByRole("heading", { name: /Still waiting for the sidecar/ })).toBeTruthy();
    } finally {
      vi.useRealTimers();
    }
  });
});
