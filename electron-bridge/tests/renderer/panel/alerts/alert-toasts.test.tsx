import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { standingAlerts } from "../../../../src/renderer/panel/alerts/standing-alerts.js";
import type { NumberedAlert } from "../../../../src/renderer/store/state.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const SERVERS = { servers: { api: { running: true }, worker: {} } };

/** Toasts are list items of the region of alerts. */
const toasts = () => within(screen.getByRole("region", { name: /^Alerts/ })).queryAllByRole("listitem");

describe("alerts", () => {
  onFreshPages();

  it("are shown with what happened to whom, until they are dismissed", async () => {
    const { user, sidecar } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "api", kind: "restart-limit", message: "It ended 5 times." }));
    expect(toasts()).toHaveLength(1);
    const [toast] = toasts();
    expect(toast?.textContent).toContain("api · Not restarted any more");
    expect(toast?.textContent).toContain("It ended 5 times.");
    await user.click(within(toast as HTMLElement).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(toasts()).toHaveLength(0));
  });

  it("are announced politely", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "api", kind: "unhealthy" }));
    await waitFor(() => {
      const said = screen.getAllByRole("status").find((region) => region.textContent?.includes("Unhealthy"));
      expect(said?.getAttribute("aria-live")).toBe("polite");
    });
  });

  it("give way to their recovery", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "api", kind: "heartbeat-timeout" }));
    act(() => sidecar.emitAlert({ name: "api", kind: "heartbeat-recovered" }));
    expect(toasts()).toHaveLength(1);
    expect(toasts()[0]?.textContent).toContain("Heartbeat is back");
  });

  it("do not fill the page: the rest is counted and can be dismissed at once", async () => {
    const { user, sidecar } = await showPanel(SERVERS);
    act(() => {
      for (const name of ["a", "b", "c", "d", "e"]) sidecar.emitAlert({ name, kind: "host-unreachable" });
    });
    expect(toasts()).toHaveLength(3);
    expect(screen.getByText("2 more alerts")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Dismiss all" }));
    await waitFor(() => expect(toasts()).toHaveLength(0));
  });

  it("of other servers are not shown where the app shows one", async () => {
    const { sidecar } = await showPanel(SERVERS, { name: "api" });
    act(() => sidecar.emitAlert({ name: "worker", kind: "unhealthy" }));
    act(() => sidecar.emitAlert({ name: "api", kind: "unhealthy" }));
    expect(toasts()).toHaveLength(1);
  });

  it("lead to the server that they speak of", async () => {
    const { user, sidecar } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "worker", kind: "restart-limit" }));
    await user.click(within(toasts()[0] as HTMLElement).getByRole("button", { name: "Show worker" }));
    expect(screen.getByRole("article", { name: "worker" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Show worker" })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("article", { name: "worker" }));
  });

  it("go when their cause has gone, though they overtake the status that they speak of", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "worker", kind: "restart-limit" }));
    act(() => sidecar.setStatus("worker", { status: "error", lastError: "It ended." }));
    expect(toasts()).toHaveLength(1);
    act(() => sidecar.setStatus("worker", { status: "running" }));
    await waitFor(() => expect(toasts()).toHaveLength(0));
  });

  it("of bad health stay while the server is restarted for it, and go when it is well", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.setStatus("worker", { status: "running", health: "unhealthy" }));
    act(() => sidecar.emitAlert({ name: "worker", kind: "unhealthy" }));
    act(() => sidecar.setStatus("worker", { status: "starting", health: undefined }));
    expect(toasts()).toHaveLength(1);
    act(() => sidecar.setStatus("worker", { status: "running", health: "healthy" }));
    await waitFor(() => expect(toasts()).toHaveLength(0));
  });

  it("leave their reason in the server's view when they are dismissed", async () => {
    const { user, sidecar } = await showPanel(SERVERS);
    act(() => sidecar.setStatus("api", { status: "running", health: "unhealthy" }));
    act(() => sidecar.emitAlert({ name: "api", kind: "unhealthy", message: "GET / answered 503" }));
    await user.click(within(toasts()[0] as HTMLElement).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(toasts()).toHaveLength(0));
    expect(within(screen.getByRole("article")).getByText("GET / answered 503")).toBeTruthy();
  });

  it("are not shown again by a reloaded page", async () => {
    const { sidecar, unmount } = await showPanel(SERVERS);
    act(() => sidecar.emitAlert({ name: "api", kind: "unhealthy" }));
    unmount();
    await showPanel(SERVERS);
    expect(toasts()).toHaveLength(0);
  });
});

describe("alerts that stand", () => {
  const alert = (id: number, name: string, kind: NumberedAlert["kind"]): NumberedAlert => ({
    id,
    name,
    kind,
    message: "",
    time: "2026-01-01T00:00:00Z",
  });

  it("are the last of each subject, with the ids of those before", () => {
    const standing = standingAlerts([
      alert(1, "a", "heartbeat-timeout"),
      alert(2, "b", "heartbeat-timeout"),
      alert(3, "a", "unhealthy"),
      alert(4, "a", "heartbeat-recovered"),
    ]);
    expect(standing.map((one) => [one.alert.id, one.ids])).toEqual([
      [2, [2]],
      [3, [3]],
      [4, [1, 4]],
    ]);
  });
});
