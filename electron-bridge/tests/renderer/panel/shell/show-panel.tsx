/** Puts the panel, or the process table, on a page of its own over a fake sidecar, and takes it off again. */
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { afterEach, beforeEach, vi } from "vitest";
import {
  PythonServerPanel,
  type PythonServerPanelProps,
} from "../../../../src/renderer/panel/python-server-panel.js";
import {
  createFakePythonServer,
  type FakePythonServer,
  type FakePythonServerOptions,
} from "../../../../src/testing/fake-api.js";

/** What jsdom lacks and floating things ask for; sizes do not matter to what is tested here. */
class NoResizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

const fakes: FakePythonServer[] = [];

/** To be called once by each test file. Each test begins with an empty store of choices and an English system. */
export function onFreshPages(): void {
  beforeEach(() => {
    vi.stubGlobal("ResizeObserver", NoResizes);
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US"]);
    Element.prototype.scrollIntoView ??= () => {};
    Element.prototype.hasPointerCapture ??= () => false;
    localStorage.clear();
  });
  afterEach(() => {
    cleanup();
    for (const fake of fakes.splice(0)) fake.dispose();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
}

/** A fake sidecar that ends with the test. */
export function fakeSidecar(options?: FakePythonServerOptions): FakePythonServer {
  const fake = createFakePythonServer(options);
  fakes.push(fake);
  return fake;
}

/** Renders `element`; the hands of its user come along. */
export function show(element: ReactElement) {
  return { ...render(element), user: userEvent.setup() };
}

/** Shows the panel over servers `options.servers` and waits until it knows them. */
export async function showPanel(options: FakePythonServerOptions, props: PythonServerPanelProps = {}) {
  const sidecar = fakeSidecar(options);
  const page = show(<PythonServerPanel api={sidecar} {...props} />);
  await screen.findByRole("heading", { level: 2 });
  return { ...page, sidecar };
}
