import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const showServer = (script: FakeServerScript) => showPanel({ servers: { api: script } }, { language: "en" });

const commands = () => within(screen.getByRole("group", { name: "Commands of api" }));
const start = () => commands().getByRole("button", { name: "Start" });
const button = (name: string) => screen.getByRole("button", { name });

/** What was copied last. */
function clipboard(): { content: string } {
  const copied = { content: "" };
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (content) => {
    copied.content = content;
  });
  return copied;
}

describe("the failure card", () => {
  onFreshPages();

  it("says what happened and what to do, and goes when the server is started again", async () => {
    const { user, sidecar } = await showServer({ startSeconds: 0 });
    sidecar.failNext("start", { code: "SPAWN_FAILED", message: "no such program", hint: "Create `.venv`." });
    await user.click(start());
    const card = await screen.findByRole("alert");
    expect(card.textContent).toContain("The program could not be launched");
    expect(card.textContent).toContain("no such program");
    expect(card.textContent).toContain("Create .venv.");
    await user.click(button("Retry"));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(commands().getByRole("button", { name: "Restart" }).getAttribute("aria-disabled")).toBe("false");
  });

  it("leaves the focus in the server when it goes", async () => {
    const { user, sidecar } = await showServer({});
    sidecar.failNext("start", { code: "SPAWN_FAILED" });
    await user.click(start());
    const retry = await screen.findByRole("button", { name: "Retry" });
    retry.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(document.activeElement).toBe(screen.getByRole("article", { name: "api" }));
  });

  it("is announced once, however much the server says afterwards", async () => {
    const { user, sidecar } = await showServer({ startFails: "SPAWN_FAILED" });
    await user.click(start());
    const card = await screen.findByRole("alert");
    const changes = vi.fn();
    const observer = new MutationObserver(changes);
    observer.observe(card, { subtree: true, childList: true, characterData: true, attributes: true });
    await act(async () => sidecar.emitLog([{ line: "one more line", stream: "stderr" }]));
    await act(async () => sidecar.emitMetrics("api"));
    observer.disconnect();
    expect(screen.getByRole("alert")).toBe(card);
    expect(changes).not.toHaveBeenCalled();
  });

  it("takes the next free port when the port is taken, and starts", async () => {
    const { user, sidecar } = await showServer({ port: 8121 });
    const data = { port: 8121, pid: 777, process: "python3", suggestedPort: 8122 };
    sidecar.failNext("start", { code: "PORT_IN_USE", data });
    await user.click(start());
    await user.click(await screen.findByRole("button", { name: "Use port 8122" }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    const update = sidecar.calls.find((call) => call.method === "updateServer");
    expect(update?.params).toEqual({ name: "api", changes: { port: 8122 } });
    expect((await screen.findByRole("link", { name: /8122/ })).getAttribute("href")).toContain(":8122");
  });

  it("says so when the port cannot be changed", async () => {
    const { user, sidecar } = await showServer({ startFails: "PORT_IN_USE" });
    await user.click(start());
    sidecar.failNext("updateServer", { code: -32003, message: "viewers change nothing" });
    await user.click(await screen.findByRole("button", { name: /^Use port/ }));
    expect(await screen.findByText("viewers change nothing")).toBeTruthy();
    expect(sidecar.calls.filter((call) => call.method === "start")).toHaveLength(1);
  });

  it("shows who holds the port, with a command that looks at that process and does not end it", async () => {
    const { user } = await showServer({ startFails: "PORT_IN_USE" });
    const copied = clipboard();
    await user.click(start());
    const show = await screen.findByRole("button", { name: "Show the holder" });
    expect(show.getAttribute("aria-expanded")).toBe("false");
    await user.click(show);
    expect(screen.getByText(/is held by python3 \(PID 777\)/)).toBeTruthy();
    await user.click(button("Copy command"));
    await waitFor(() => expect(copied.content).toMatch(/^ps .*777$/));
  });

  it("has the last lines, folded, and copies everything as one text", async () => {
    const lines = [{ line: "ModuleNotFoundError: No module named 'x'", stream: "stderr" as const }];
    const { user } = await showServer({ startFails: "EXITED_EARLY", lines });
    const copied = clipboard();
    await user.click(start());
    await screen.findByRole("alert");
    expect(screen.getByText("Last lines").closest("details")?.open).toBe(false);
    await user.click(button("Copy details"));
    await waitFor(() => expect(copied.content).toContain("api: EXITED_EARLY\n"));
    expect(copied.content).toContain("ModuleNotFoundError: No module named 'x'");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeTruthy();
  });

  it("takes the last lines from the log for a server that crashed by itself", async () => {
    const { sidecar } = await showServer({ running: true });
    act(() => sidecar.emitLog([{ line: "Segmentation fault", stream: "stderr" }]));
    act(() => sidecar.crash("api", { signal: "SIGSEGV" }));
    const card = (await screen.findByRole("alert")).closest("section");
    expect(card?.textContent).toContain("SIGSEGV");
    await waitFor(() => expect(card?.querySelector("pre")?.textContent).toContain("Segmentation fault"));
  });

  it("says that automatic restarts were given up", async () => {
    const restart = { policy: "on-failure", max: 1, backoff: [0.001, 1, 0.001] } as const;
    const { sidecar } = await showServer({
      running: true,
      restart: { ...restart, backoff: [0.001, 1, 0.001] },
    });
    act(() => sidecar.setStatus("api", { status: "error", restarts: 1, lastError: "api ended again" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Automatic restarts were given up");
  });

  it("stands above a running server whose restart failed, and can be sent away", async () => {
    const { user, sidecar } = await showServer({ running: true });
    act(() =>
      sidecar.setStatus("api", { lastError: "api was not ready within 30 s; the old process goes on" }),
    );
    expect((await screen.findByRole("alert")).textContent).toContain("the old process goes on");
    await user.click(button("Dismiss"));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says why a command was not even taken, until it is sent away or another one is given", async () => {
    const { user, sidecar } = await showServer({});
    sidecar.failNext("start", { code: -32003, message: "viewers control nothing" });
    await user.click(start());
    const card = await screen.findByRole("alert");
    expect(card.textContent).toContain("viewers control nothing");
    expect(screen.queryByRole("button", { name: "Retry" })).toBeNull();
    await user.click(button("Dismiss"));
    expect(screen.queryByRole("alert")).toBeNull();
    sidecar.failNext("start", { code: -32003 });
    await user.click(start());
    await screen.findByRole("alert");
    await user.click(start());
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("leaves the focus in the server after a question too", async () => {
    const { user, sidecar } = await showServer({ running: true });
    act(() => sidecar.setStatus("api", { lastError: "the new process was not ready; the old one goes on" }));
    await user.click(await screen.findByRole("button", { name: "Retry" }));
    const question = await screen.findByRole("alertdialog", { name: "Restart api?" });
    await user.click(within(question).getByRole("button", { name: "Restart" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("article", { name: "api" })));
  });

  it("offers force where a server does not end", async () => {
    const { user, sidecar } = await showServer({ running: true, stopFails: "STOP_TIMEOUT" });
    await user.click(commands().getByRole("button", { name: "Stop" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Stop" }));
    const card = within((await screen.findByRole("alert")).closest("section") as HTMLElement);
    expect(card.queryByRole("button", { name: "Retry" })).toBeNull();
    await user.click(card.getByRole("button", { name: "Force stop" }));
    expect(sidecar.calls.at(-1)).toEqual({ method: "stop", params: { name: "api", force: true } });
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });
});

describe("the card of an unhealthy server", () => {
  onFreshPages();

  it("says what its check found and offers a restart, until it is healthy again", async () => {
    const { user, sidecar } = await showServer({ running: true, status: { health: "healthy" } });
    act(() => {
      sidecar.emitAlert({ name: "api", kind: "unhealthy", message: "api is unhealthy: GET /health: 503" });
      sidecar.setStatus("api", { health: "unhealthy" });
    });
    const card = (await screen.findByText("It runs, but it is unhealthy")).closest("section") as HTMLElement;
    expect(within(card).getByText("api is unhealthy: GET /health: 503")).toBeTruthy();
    await user.click(within(card).getByRole("button", { name: "Restart" }));
    expect(await screen.findByRole("alertdialog", { name: "Restart api?" })).toBeTruthy();
    await user.keyboard("{Escape}");
    act(() => sidecar.setStatus("api", { health: "healthy" }));
    await waitFor(() => expect(screen.queryByText("It runs, but it is unhealthy")).toBeNull());
  });
});
