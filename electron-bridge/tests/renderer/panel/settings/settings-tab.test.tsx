import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { FakePythonServer } from "../../../../src/testing/fake-api.js";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

/** Code of a JSON-RPC error: invalid params. */
const INVALID_PARAMS = -32602;

async function openSettings(script: FakeServerScript = {}, others: Record<string, FakeServerScript> = {}) {
  const page = await showPanel({ servers: { api: script, ...others } });
  await page.user.click(screen.getByRole("tab", { name: "Settings" }));
  return page;
}

/** Types `value` instead of what is there. */
async function enter(user: Awaited<ReturnType<typeof openSettings>>["user"], label: string, value: string) {
  const input = await screen.findByRole("textbox", { name: label });
  await user.clear(input);
  if (value) await user.type(input, value);
  return input;
}

const updates = (sidecar: FakePythonServer) =>
  sidecar.calls.filter(({ method }) => method === "updateServer").map(({ params }) => params);

const save = () => screen.getByRole("button", { name: "Save" });

/** What is said about a field. */
function saidOf(element: HTMLElement): string {
  const ids = element.getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
}

describe("the settings of a server", () => {
  onFreshPages();

  it("are shown, and saved only where they were changed", async () => {
    const { user, sidecar } = await openSettings({ port: 8121 });
    const port = await enter(user, "Port", "8200");
    await user.click(screen.getByRole("switch", { name: "Start automatically" }));
    await user.click(save());
    expect(await screen.findByText("Saved. In effect.")).toBeTruthy();
    expect(updates(sidecar)).toEqual([{ name: "api", changes: { port: 8200, autostart: true } }]);
    expect(port).toHaveProperty("value", "8200");
    expect(save()).toHaveProperty("disabled", true);
  });

  it("offer a restart, which asks first, where they apply only then", async () => {
    const { user, sidecar } = await openSettings({ running: true });
    await enter(user, "Port", "8200");
    await user.click(save());
    expect(await screen.findByText("Saved. Applies at the next start.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Restart now" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Restart api?" });
    await user.click(within(dialog).getByRole("button", { name: "Restart" }));
    await expect.poll(() => sidecar.calls.some(({ method }) => method === "restart")).toBe(true);
    await expect.poll(() => screen.queryByText("Saved. Applies at the next start.")).toBeNull();
  });

  it("say at the field what is wrong, and go there instead of saving", async () => {
    const { user, sidecar } = await openSettings();
    const port = await enter(user, "Port", "70000");
    expect(port.getAttribute("aria-invalid")).toBeNull();
    await user.click(save());
    expect(port.getAttribute("aria-invalid")).toBe("true");
    expect(saidOf(port)).toContain("A whole number from 0 to 65535.");
    expect(document.activeElement).toBe(port);
    expect(updates(sidecar)).toEqual([]);
  });

  it("put a refusal at the field that the sidecar names", async () => {
    const { user, sidecar } = await openSettings();
    const message = "changes.host: should be an address of this computer";
    sidecar.failNext("updateServer", { code: INVALID_PARAMS, message, data: { field: "changes.host" } });
    const host = await enter(user, "Host", "10.9.9.9");
    await user.click(save());
    await expect.poll(() => host.getAttribute("aria-invalid")).toBe("true");
    expect(saidOf(host)).toContain("should be an address of this computer");
    await user.type(host, "9");
    expect(host.getAttribute("aria-invalid")).toBeNull();
  });

  it("find the field in the message where nothing else crosses the bridge", async () => {
    const { user, sidecar } = await openSettings();
    const message = "servers.api.port: port 8200 belongs to worker";
    sidecar.failNext("updateServer", { code: INVALID_PARAMS, message });
    const port = await enter(user, "Port", "8200");
    await user.click(save());
    await expect.poll(() => saidOf(port)).toContain("port 8200 belongs to worker");
  });

  it("tell any other refusal at the top and keep what was typed", async () => {
    const { user, sidecar } = await openSettings();
    sidecar.failNext("updateServer", { code: -32003, message: "a viewer cannot change anything" });
    const port = await enter(user, "Port", "8200");
    await user.click(save());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("a viewer cannot change anything");
    expect(port).toHaveProperty("value", "8200");
  });

  it("warn when others in the network reach the server", async () => {
    const { user } = await openSettings();
    const host = await enter(user, "Host", "0.0.0.0");
    expect(saidOf(host)).toContain("Others in the network can reach this server.");
    await enter(user, "Host", "localhost");
    expect(saidOf(host)).not.toContain("Others in the network");
  });

  it("show the details of restarts only where there are any", async () => {
    const { user } = await openSettings({ restart: { policy: "never" } });
    await screen.findByRole("textbox", { name: "Port" });
    expect(screen.queryByRole("textbox", { name: "Longest delay" })).toBeNull();
    screen.getByRole("combobox", { name: "Restart automatically" }).focus();
    await user.keyboard("{ArrowDown}");
    await user.click(await screen.findByRole("option", { name: "After a failure" }));
    expect(await screen.findByRole("textbox", { name: "Longest delay" })).toHaveProperty("value", "30");
  });

  it("keep what is not saved while another tab is looked at, until it is reverted", async () => {
    const { user } = await openSettings({ port: 8121 });
    await enter(user, "Port", "8200");
    await user.click(screen.getByRole("tab", { name: "Metrics" }));
    await user.click(screen.getByRole("tab", { name: "Settings" }));
    const port = await screen.findByRole("textbox", { name: "Port" });
    expect(port).toHaveProperty("value", "8200");
    await user.click(screen.getByRole("button", { name: "Revert" }));
    expect(port).toHaveProperty("value", "8121");
  });

  it("can be read again after they could not be read", async () => {
    const { user, sidecar } = await showPanel({ servers: { api: {} } });
    sidecar.failNext("getSettings", { code: -32603, message: "the sidecar failed internally" });
    await user.click(screen.getByRole("tab", { name: "Settings" }));
    expect((await screen.findByRole("alert")).textContent).toContain("the sidecar failed internally");
    await user.click(screen.getByRole("button", { name: "Retry" }));
    expect(await screen.findByRole("textbox", { name: "Port" })).toBeTruthy();
  });

  it("of a server on another host are set there", async () => {
    const supervisor = { host: "10.0.0.7", port: 9001, program: "web" };
    const { sidecar } = await openSettings({ status: { kind: "supervisor", supervisor } });
    expect(await screen.findByText(/run by supervisord on 10\.0\.0\.7/)).toBeTruthy();
    expect(sidecar.calls.some(({ method }) => method === "getSettings")).toBe(false);
  });
});
