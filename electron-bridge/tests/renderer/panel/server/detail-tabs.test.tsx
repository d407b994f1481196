import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

const trouble = vi.hoisted(() => ({ of: undefined as Error | undefined }));

vi.mock("../../../../src/renderer/panel/metrics/metrics-tab.js", () => ({
  MetricsTab: ({ name }: { name: string }) => {
    if (trouble.of) throw trouble.of;
    return <p>figures of {name}</p>;
  },
}));

const tab = (name: string) => screen.getByRole("tab", { name });

describe("the views of a server", () => {
  onFreshPages();
  beforeEach(() => {
    trouble.of = undefined;
  });

  it("begin with the log and are reached by the arrow keys", async () => {
    const { user } = await showPanel({ servers: { api: {} } }, { language: "en" });
    expect(tab("Logs").getAttribute("aria-selected")).toBe("true");
    tab("Logs").focus();
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(tab("Metrics").getAttribute("aria-selected")).toBe("true");
    expect(within(screen.getByRole("tabpanel")).getByText("figures of api")).toBeTruthy();
  });

  it("stay chosen when another server is looked at", async () => {
    const servers = { api: {}, worker: {} };
    const { user } = await showPanel({ servers }, { language: "en" });
    await user.click(tab("Metrics"));
    expect(await screen.findByText("figures of api")).toBeTruthy();
    await user.click(screen.getByText("worker"));
    expect(await screen.findByText("figures of worker")).toBeTruthy();
  });

  it("keep a failure to themselves and can be tried again", async () => {
    trouble.of = new Error("no figures here");
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    const { user } = await showPanel({ servers: { api: {} } }, { language: "en" });
    await user.click(tab("Metrics"));
    const notice = await screen.findByRole("alert");
    expect(notice.textContent).toContain("no figures here");
    expect(screen.getByRole("button", { name: "Start" })).toBeTruthy();
    expect(reported.mock.calls[0]?.[0].cause).toBe(trouble.of);
    trouble.of = undefined;
    await user.click(within(notice).getByRole("button", { name: "Retry" }));
    await waitFor(() => expect(screen.getByText("figures of api")).toBeTruthy());
    said.mockRestore();
  });
});
