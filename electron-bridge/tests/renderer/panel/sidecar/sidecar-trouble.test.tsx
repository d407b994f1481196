import { act, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { PythonServerPanel } from "../../../../src/renderer/panel/python-server-panel.js";
import { fakeSidecar, onFreshPages, show, showPanel } from "../shell/show-panel.js";

const SERVERS = { servers: { api: { running: true }, worker: {} } };
const FAILED = { status: "failed", message: "The sidecar ended 5 times within 3 minutes." } as const;

describe("the state of the sidecar", () => {
  onFreshPages();

  it("is told in a word in the title bar", async () => {
    const { sidecar } = await showPanel(SERVERS);
    expect(screen.getByText("Sidecar: running")).toBeTruthy();
    act(() => sidecar.setSidecarStatus({ status: "restarting" }));
    expect(screen.getByText("Sidecar: reconnecting")).toBeTruthy();
  });

  it("leaves what was known on the page while the sidecar is restarted, and says that it is from before", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.setSidecarStatus({ status: "restarting" }));
    expect(screen.getByText(/What is shown is from before/)).toBeTruthy();
    expect(screen.getAllByRole("option")).toHaveLength(2);
  });

  it("says why the sidecar failed, and to restart the app where nothing can be retried", async () => {
    const { sidecar } = await showPanel(SERVERS);
    act(() => sidecar.setSidecarStatus(FAILED));
    const alert = screen.getByRole("alert");
    expect(within(alert).getByText(/ended 5 times within 3 minutes/)).toBeTruthy();
    expect(within(alert).getByText(/Quit the app and open it again/)).toBeTruthy();
    expect(within(alert).queryByRole("button")).toBeNull();
  });

  it("offers to retry where the page can", async () => {
    const onRetry = vi.fn();
    const { user, sidecar } = await showPanel(SERVERS, { onRetry });
    act(() => sidecar.setSidecarStatus(FAILED));
    await user.click(screen.getByRole("button", { name: "Retry" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it("fills the panel when the sidecar failed before anything was known", async () => {
    const sidecar = fakeSidecar({ sidecar: FAILED });
    sidecar.failNext("list", { code: -32000 });
    show(<PythonServerPanel api={sidecar} />);
    expect(await screen.findByRole("heading", { name: "The sidecar cannot be used from here" })).toBeTruthy();
    expect(screen.getByText(FAILED.message)).toBeTruthy();
  });
});
