import { screen, waitFor, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { FakePythonServer } from "../../../../src/testing/fake-api.js";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const showServer = (script: FakeServerScript = { running: true }) =>
  showPanel({ servers: { api: script } }, { language: "en" });

const commands = () => within(screen.getByRole("group", { name: "Commands of api" }));
const button = (name: string) => commands().getByRole("button", { name });
const dialog = () => screen.findByRole("alertdialog");
const stops = (sidecar: FakePythonServer) => sidecar.calls.filter((call) => call.method === "stop");

async function chooseFromMenu(user: UserEvent, item: string | RegExp, role = "menuitem") {
  await user.click(button("More ways to stop"));
  await user.click(await screen.findByRole(role, { name: item }));
}

describe("the question before a command", () => {
  onFreshPages();

  it("names the command and what may be lost, and begins at Cancel", async () => {
    const { user } = await showServer();
    await user.click(button("Restart"));
    const question = within(await dialog());
    expect(screen.getByRole("alertdialog", { name: "Restart api?" })).toBeTruthy();
    expect(question.getByText(/What it holds in memory is lost/)).toBeTruthy();
    expect(question.getByRole("button", { name: "Restart" })).toBeTruthy();
    expect(document.activeElement).toBe(question.getByRole("button", { name: "Cancel" }));
  });

  it.each(["Stop", "Restart"])(
    "gives the focus back to %s and does nothing when it is cancelled",
    async (name) => {
      const { user, sidecar } = await showServer();
      await user.click(button(name));
      await user.click(within(await dialog()).getByRole("button", { name: "Cancel" }));
      await waitFor(() => expect(document.activeElement).toBe(button(name)));
      expect(sidecar.calls.filter(({ method }) => method === "stop" || method === "restart")).toEqual([]);
    },
  );

  it("gives the focus back after Escape", async () => {
    const { user } = await showServer();
    await user.click(button("Stop"));
    await dialog();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(button("Stop")));
  });

  it("gives the focus back after a yes, and acts", async () => {
    const { user, sidecar } = await showServer({ running: true, stopSeconds: 3600 });
    const stop = button("Stop");
    await user.click(stop);
    await user.click(within(await dialog()).getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(document.activeElement).toBe(stop));
    expect(stops(sidecar)).toHaveLength(1);
  });

  it("is not asked again for a command of which the user wants none, but for the others", async () => {
    const { user, sidecar } = await showServer();
    await user.click(button("Restart"));
    const question = within(await dialog());
    await user.click(question.getByRole("checkbox", { name: "Don’t ask again" }));
    await user.click(question.getByRole("button", { name: "Restart" }));
    const restarts = () => sidecar.calls.filter((call) => call.method === "restart");
    await waitFor(() => expect(button("Restart").getAttribute("aria-disabled")).toBe("false"));
    await user.click(button("Restart"));
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(restarts()).toHaveLength(2);
    await waitFor(() => expect(button("Stop").getAttribute("aria-disabled")).toBe("false"));
    await user.click(button("Stop"));
    expect(await screen.findByRole("alertdialog", { name: "Stop api?" })).toBeTruthy();
  });

  it("is asked again when a cancelled question had the box checked", async () => {
    const { user } = await showServer();
    await user.click(button("Stop"));
    await user.click(within(await dialog()).getByRole("checkbox"));
    await user.click(within(await dialog()).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await user.click(button("Stop"));
    expect(
      within(await dialog())
        .getByRole("checkbox")
        .getAttribute("aria-checked"),
    ).toBe("false");
  });

  it("can be turned off and on again in the menu", async () => {
    const { user } = await showServer();
    await chooseFromMenu(user, "Ask before stopping and restarting", "menuitemcheckbox");
    await user.click(button("Restart"));
    expect(screen.queryByRole("alertdialog")).toBeNull();
    await waitFor(() => expect(button("Restart").getAttribute("aria-disabled")).toBe("false"));
    await chooseFromMenu(user, "Ask before stopping and restarting", "menuitemcheckbox");
    await user.click(button("Restart"));
    expect(await dialog()).toBeTruthy();
  });

  it("is asked before a forced stop of a running server too", async () => {
    const { user, sidecar } = await showServer();
    await chooseFromMenu(user, "Force stop");
    await user.click(within(await dialog()).getByRole("button", { name: "Force stop" }));
    await waitFor(() => expect(stops(sidecar).at(-1)?.params).toEqual({ name: "api", force: true }));
    await waitFor(() => expect(document.activeElement).toBe(button("More ways to stop")));
  });

  it("comes before a patient stop, which gives the server a minute", async () => {
    const { user, sidecar } = await showServer();
    await chooseFromMenu(user, /waiting up to 60 s/);
    await user.click(within(await dialog()).getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(stops(sidecar).at(-1)?.params).toEqual({ name: "api", timeout: 60 }));
  });

  it("is asked in Korean", async () => {
    const { user } = await showPanel({ servers: { api: { running: true } } }, { language: "ko" });
    await user.click(screen.getByRole("button", { name: "중지" }));
    const question = within(await screen.findByRole("alertdialog", { name: "api 서버를 중지할까요?" }));
    expect(question.getByRole("checkbox", { name: "다시 묻지 않기" })).toBeTruthy();
    expect(question.getByRole("button", { name: "취소" })).toBeTruthy();
  });
});
