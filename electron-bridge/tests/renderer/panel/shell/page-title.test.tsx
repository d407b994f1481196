import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { PythonServerProvider } from "../../../../src/renderer/hooks/context.js";
import { PageTitle } from "../../../../src/renderer/panel/page-title.js";
import { PythonServerPanel } from "../../../../src/renderer/panel/python-server-panel.js";
import type { FakePythonServerOptions } from "../../../../src/testing/fake-api.js";
import { fakeSidecar, onFreshPages, show } from "./show-panel.js";

async function showPage(servers: NonNullable<FakePythonServerOptions["servers"]>) {
  const sidecar = fakeSidecar({ servers });
  const page = show(
    <PythonServerProvider api={sidecar}>
      <PageTitle />
      <PythonServerPanel />
    </PythonServerProvider>,
  );
  await screen.findByRole("heading", { level: 2 });
  return { ...page, sidecar };
}

describe("the title of the page", () => {
  onFreshPages();

  it("tells the state of a single server", async () => {
    const { sidecar } = await showPage({ api: { running: true } });
    expect(document.title).toBe("● api – Running");
    act(() => sidecar.setStatus("api", { status: "stopped" }));
    expect(document.title).toBe("○ api – Stopped");
  });

  it("counts several, and names those that failed before all others", async () => {
    const { sidecar } = await showPage({ api: { running: true }, embed: {}, worker: {} });
    expect(document.title).toBe("● 1/3 – Python servers");
    act(() => sidecar.setStatus("worker", { status: "starting" }));
    expect(document.title).toBe("◌ worker – Starting");
    act(() => sidecar.setStatus("embed", { status: "error", lastError: "It ended." }));
    expect(document.title).toBe("✖ embed – Error");
    act(() => sidecar.setStatus("worker", { status: "error", lastError: "It ended." }));
    expect(document.title).toBe("✖ embed +1 – Error");
  });

  it("tells that nothing is known while the sidecar is away, in the language of the panel", async () => {
    const { user, sidecar } = await showPage({ api: { running: true } });
    act(() => sidecar.setSidecarStatus({ status: "restarting" }));
    expect(document.title).toBe("⊘ Python servers – Unreachable");
    await user.click(screen.getByRole("button", { name: /^Language/ }));
    await user.click(screen.getByRole("menuitemradio", { name: "한국어" }));
    await waitFor(() => expect(document.title).toBe("⊘ Python 서버 – 연결 불가"));
  });
});
