import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { PythonServerPanel } from "../../../../src/renderer/panel/python-server-panel.js";
import { ProcessTable } from "../../../../src/renderer/panel/servers/process-table.js";
import { fakeSidecar, onFreshPages, show, showPanel } from "./show-panel.js";

const ONE = { servers: { api: {} } };

/** A system whose theme a test can change. */
function systemTheme(dark: boolean) {
  const listeners = new Set<() => void>();
  const query = {
    matches: dark,
    addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
  };
  vi.stubGlobal("matchMedia", () => query);
  return (nowDark: boolean) =>
    act(() => {
      query.matches = nowDark;
      for (const listener of listeners) listener();
    });
}

const root = () => document.querySelector<HTMLElement>(".python-server-panel");

describe("the theme", () => {
  onFreshPages();

  it("is the system's, and follows it", async () => {
    const change = systemTheme(true);
    await showPanel(ONE);
    expect(root()?.dataset.theme).toBe("dark");
    change(false);
    expect(root()?.dataset.theme).toBe("light");
  });

  it("is the user's once chosen, also after a reload and in other panels of the page", async () => {
    systemTheme(false);
    const { user, unmount } = await showPanel(ONE);
    await user.click(screen.getByRole("button", { name: /^Theme/ }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(root()?.dataset.theme).toBe("dark");
    unmount();
    show(<ProcessTable api={fakeSidecar(ONE)} />);
    expect(root()?.dataset.theme).toBe("dark");
  });

  it("is the app's where it says so, and cannot be chosen then", async () => {
    systemTheme(false);
    await showPanel(ONE, { theme: "dark" });
    expect(root()?.dataset.theme).toBe("dark");
    expect(screen.queryByRole("button", { name: /^Theme/ })).toBeNull();
  });

  it("can be chosen for this page where nothing can be stored", async () => {
    systemTheme(false);
    const refused = () => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(refused);
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(refused);
    const { user } = await showPanel(ONE);
    await user.click(screen.getByRole("button", { name: /^Theme/ }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(root()?.dataset.theme).toBe("dark");
  });
});

describe("the language", () => {
  onFreshPages();

  it("is the first of the system's that the panel speaks", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["fr-FR", "ko-KR", "en-US"]);
    await showPanel(ONE);
    expect(root()?.lang).toBe("ko");
    expect(screen.getByRole("heading", { level: 1, name: "Python 서버" })).toBeTruthy();
  });

  it("changes at once when another is chosen, and stays so", async () => {
    const { user, unmount } = await showPanel(ONE);
    await user.click(screen.getByRole("button", { name: "Language: English" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "한국어" }));
    await waitFor(() => expect(screen.getByRole("heading", { level: 1, name: "Python 서버" })).toBeTruthy());
    unmount();
    show(<PythonServerPanel api={fakeSidecar(ONE)} />);
    expect(root()?.lang).toBe("ko");
  });

  it("is the app's where it says so", async () => {
    await showPanel(ONE, { language: "ko" });
    expect(root()?.lang).toBe("ko");
    expect(screen.queryByRole("button", { name: /^언어/ })).toBeNull();
  });
});
