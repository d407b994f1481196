import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { FakePythonServer } from "../../../../src/testing/fake-api.js";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const ENDLESS = 3600;

const showServer = (script: FakeServerScript) => showPanel({ servers: { api: script } }, { language: "en" });

const commands = () => within(screen.getByRole("group", { name: "Commands of api" }));
const button = (name: string) => commands().getByRole("button", { name });
const isDisabled = (name: string) => button(name).getAttribute("aria-disabled") === "true";
const askedFor = (sidecar: FakePythonServer, method: string) =>
  sidecar.calls.filter((call) => call.method === method);

describe("the buttons of a server", () => {
  onFreshPages();

  it("start one that is stopped", async () => {
    const { user, sidecar } = await showServer({});
    expect(isDisabled("Restart")).toBe(true);
    expect(isDisabled("Stop")).toBe(true);
    await user.click(button("Start"));
    await waitFor(() => expect(isDisabled("Start")).toBe(true));
    expect(isDisabled("Restart")).toBe(false);
    expect(askedFor(sidecar, "start")).toHaveLength(1);
  });

  it("answer at once, before anything is known of what became of it", async () => {
    const { user, sidecar } = await showServer({});
    const release = sidecar.holdNext("start");
    await user.click(button("Start"));
    expect(button("Start").getAttribute("aria-busy")).toBe("true");
    expect(isDisabled("Start")).toBe(true);
    await act(async () => release());
    await waitFor(() => expect(button("Start").getAttribute("aria-busy")).toBe("false"));
  });

  it("act once on a double click", async () => {
    const { user, sidecar } = await showServer({ startSeconds: ENDLESS });
    await user.dblClick(button("Start"));
    expect(askedFor(sidecar, "start")).toHaveLength(1);
  });

  it("cancel a start, which is no failure", async () => {
    const { user, sidecar } = await showServer({ startSeconds: ENDLESS });
    await user.click(button("Start"));
    await user.click(await commands().findByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(isDisabled("Start")).toBe(false));
    expect(askedFor(sidecar, "stop")).toHaveLength(1);
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("force one to stop that takes its time, without a question", async () => {
    const { user, sidecar } = await showServer({ running: true, stopSeconds: ENDLESS });
    await user.click(button("Stop"));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Stop" }));
    await user.click(await commands().findByRole("button", { name: "Force stop" }));
    await waitFor(() => expect(isDisabled("Start")).toBe(false));
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(askedFor(sidecar, "stop").at(-1)?.params).toEqual({ name: "api", force: true });
  });

  it("say on focus why they cannot be pressed, and stay where the focus is", async () => {
    const { user } = await showServer({ running: true });
    act(() => button("Start").focus());
    expect((await screen.findByRole("tooltip")).textContent).toBe("It is already running.");
    await user.keyboard("{Enter}");
    expect(document.activeElement).toBe(button("Start"));
  });

  it("keep the focus while one turns into another", async () => {
    const { user } = await showServer({ startSeconds: ENDLESS });
    await user.tab();
    act(() => button("Start").focus());
    await user.keyboard("{Enter}");
    await commands().findByRole("button", { name: "Cancel" });
    expect(document.activeElement).toBe(button("Start"));
    act(() => button("Cancel").focus());
    const focused = document.activeElement;
    await user.keyboard("{Enter}");
    await commands().findByRole("button", { name: "Stop" });
    expect(document.activeElement).toBe(focused);
  });

  it("cannot be pressed while there is no sidecar", async () => {
    const { user, sidecar } = await showServer({ running: true });
    act(() => sidecar.setSidecarStatus({ status: "restarting" }));
    await waitFor(() => expect(isDisabled("Restart")).toBe(true));
    await user.click(button("Restart"));
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("stop an old process only after a question, while a new one starts beside it", async () => {
    const { user, sidecar } = await showServer({ running: true });
    act(() => sidecar.setStatus("api", { status: "starting" }));
    expect(await screen.findByText(/the old one still serves/)).toBeTruthy();
    await user.click(button("Stop"));
    expect(await screen.findByRole("alertdialog", { name: "Stop api?" })).toBeTruthy();
  });
});
