import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ProcessTable } from "../../../../src/renderer/panel/servers/process-table.js";
import type { FakePythonServerOptions } from "../../../../src/testing/fake-api.js";
import { fakeSidecar, onFreshPages, show } from "../shell/show-panel.js";

async function showTable(options: FakePythonServerOptions) {
  const sidecar = fakeSidecar(options);
  const page = show(<ProcessTable api={sidecar} />);
  await screen.findByRole("table", { name: "All Python servers" });
  return { ...page, sidecar };
}

const names = () => screen.getAllByRole("rowheader").map((cell) => cell.textContent);
const head = (name: string) => screen.getByRole("columnheader", { name });
const row = (name: string) => screen.getByRole("row", { name: new RegExp(name) });

const SERVERS = {
  servers: {
    web: { port: 9000, running: true },
    api: { port: 80 },
    "job-10": { port: 0 },
    "job-9": { port: 8121, running: true },
  },
};

describe("the process table", () => {
  onFreshPages();

  it("stands on a page by itself and shows every server in the order of the configuration", async () => {
    await showTable(SERVERS);
    expect(names()).toEqual(["web", "api", "job-10", "job-9"]);
    const cells = within(row("web"))
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    expect(cells).toContain("Running");
    expect(cells).toContain("9000");
    expect(cells).toContain("127.0.0.1");
  });

  it("sorts by a column in both directions and says so", async () => {
    const { user } = await showTable(SERVERS);
    await user.click(within(head("Process")).getByRole("button"));
    expect(names()).toEqual(["api", "job-9", "job-10", "web"]);
    expect(head("Process").getAttribute("aria-sort")).toBe("ascending");
    await user.click(within(head("Process")).getByRole("button"));
    expect(names()).toEqual(["web", "job-10", "job-9", "api"]);
    expect(head("Process").getAttribute("aria-sort")).toBe("descending");
    expect(head("Port").getAttribute("aria-sort")).toBe("none");
  });

  it("sorts numbers as numbers, with what has none at the end in both directions", async () => {
    const { user } = await showTable(SERVERS);
    await user.click(within(head("Port")).getByRole("button"));
    expect(names()).toEqual(["api", "job-9", "web", "job-10"]);
    await user.click(within(head("Port")).getByRole("button"));
    expect(names()).toEqual(["web", "job-9", "api", "job-10"]);
  });

  it("shows CPU and memory of what runs", async () => {
    const { sidecar } = await showTable(SERVERS);
    act(() => sidecar.emitMetrics("web", { cpuPercent: 7.25, rssBytes: 52_000_000 }));
    expect(within(row("web")).getByText("52 MB")).toBeTruthy();
    expect(within(row("web")).getByText("7.3 %")).toBeTruthy();
  });

  it("starts a server", async () => {
    const { user, sidecar } = await showTable(SERVERS);
    await user.click(screen.getByRole("button", { name: "Start api" }));
    await waitFor(() => expect(within(row("api")).getByText("Running")).toBeTruthy());
    expect(sidecar.calls.some(({ method, params }) => method === "start" && "name" in params)).toBe(true);
  });

  it("asks before it stops a server, and gives the focus back when that is not confirmed", async () => {
    const { user, sidecar } = await showTable(SERVERS);
    const stop = screen.getByRole("button", { name: "Stop web" });
    await user.click(stop);
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Cancel" }));
    expect(sidecar.calls.some(({ method }) => method === "stop")).toBe(false);
    await waitFor(() => expect(document.activeElement).toBe(stop));
    await user.click(stop);
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(within(row("web")).getByText("Stopped")).toBeTruthy());
  });

  it("says why a command cannot be given and does not give it", async () => {
    const { user, sidecar } = await showTable(SERVERS);
    const restart = screen.getByRole("button", { name: "Restart api" });
    expect(restart.getAttribute("aria-disabled")).toBe("true");
    await user.click(restart);
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(sidecar.calls.some(({ method }) => method === "restart")).toBe(false);
  });
});
