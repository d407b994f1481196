import { act, cleanup, render, screen } from "@testing-library/react";
import { Activity, StrictMode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import {
  PythonServerProvider,
  useHasPythonServer,
  usePythonServerStore,
} from "../../../src/renderer/hooks/context.js";
import { useServerNames } from "../../../src/renderer/hooks/use-python-server.js";
import type { PythonServerApi } from "../../../src/shared/api.js";
import { endWithTheTest, fakeSidecar, storeOver } from "../store/fakes.js";
import { nextTask } from "../store/until.js";

endWithTheTest();

const PAGE_STORE = Symbol.for("electron-python-server.store");

afterEach(() => {
  cleanup();
  Reflect.deleteProperty(window, "pythonServer");
  Reflect.deleteProperty(globalThis, PAGE_STORE);
});

function Names() {
  return <p>{useServerNames().join(" ")}</p>;
}

function Has() {
  return <p>{useHasPythonServer() ? "yes" : "no"}</p>;
}

function Message() {
  return <p>{usePythonServerStore().getState().sidecar.message ?? "unknown"}</p>;
}

/** An api that counts how often statuses are subscribed to, and how many listen now. */
function counted(api: PythonServerApi) {
  const counts = { subscribed: 0, listening: 0 };
  const counting: PythonServerApi = {
    ...api,
    onStatusChange: (callback) => {
      counts.subscribed += 1;
      counts.listening += 1;
      const end = api.onStatusChange(callback);
      return () => {
        counts.listening -= 1;
        end();
      };
    },
  };
  return { api: counting, counts };
}

describe("a provider of an api", () => {
  it("subscribes once under StrictMode, and not at all after it has left the page", async () => {
    const { api, counts } = counted(fakeSidecar({ servers: { api: {}, worker: {} } }));
    const page = render(
      <StrictMode>
        <PythonServerProvider api={api}>
          <Names />
        </PythonServerProvider>
      </StrictMode>,
    );
    await screen.findByText("api worker");
    await act(nextTask);
    expect(counts).toEqual({ subscribed: 1, listening: 1 });
    page.unmount();
    await nextTask();
    expect(counts).toEqual({ subscribed: 1, listening: 0 });
  });

  it("shares one store with every other provider of the same api", async () => {
    const { api, counts } = counted(fakeSidecar({ servers: { api: {} } }));
    const part = (
      <PythonServerProvider api={api}>
        <Names />
      </PythonServerProvider>
    );
    const first = render(part);
    render(part);
    expect(await screen.findAllByText("api")).toHaveLength(2);
    first.unmount();
    await act(nextTask);
    expect(counts).toEqual({ subscribed: 1, listening: 1 });
  });

  it("takes another api when it is given one", async () => {
    const first = counted(fakeSidecar({ servers: { one: {} } }));
    const second = counted(fakeSidecar({ servers: { two: {} } }));
    const over = (api: PythonServerApi) => (
      <PythonServerProvider api={api}>
        <Names />
      </PythonServerProvider>
    );
    const page = render(over(first.api));
    await screen.findByText("one");
    page.rerender(over(second.api));
    await screen.findByText("two");
    await act(nextTask);
    expect([first.counts.listening, second.counts.listening]).toEqual([0, 1]);
  });

  it("is up to date when it is shown again after React has hidden it", async () => {
    const sidecar = fakeSidecar({ servers: { api: {} } });
    const { api, counts } = counted(sidecar);
    const over = (mode: "hidden" | "visible") => (
      <Activity mode={mode}>
        <PythonServerProvider api={api}>
          <Names />
        </PythonServerProvider>
      </Activity>
    );
    const page = render(over("visible"));
    await screen.findByText("api");
    page.rerender(over("hidden"));
    await act(nextTask);
    expect(counts.listening).toBe(0);
    sidecar.addServer("added");
    page.rerender(over("visible"));
    await screen.findByText("api added");
    expect(counts.listening).toBe(1);
  });
});

describe("without a provider of an api", () => {
  it("a given store is used, and left alive", async () => {
    const { api, counts } = counted(fakeSidecar({ servers: { api: {} } }));
    const store = storeOver(api);
    const page = render(
      <PythonServerProvider store={store}>
        <Names />
      </PythonServerProvider>,
    );
    await screen.findByText("api");
    page.unmount();
    await nextTask();
    expect(counts.listening).toBe(1);
  });

  it("the page's store is used, one for all", async () => {
    const { api, counts } = counted(fakeSidecar({ servers: { api: {} } }));
    window.pythonServer = api;
    render(
      <StrictMode>
        <Names />
        <Names />
      </StrictMode>,
    );
    expect(await screen.findAllByText("api")).toHaveLength(2);
    expect(counts.subscribed).toBe(1);
  });

  it("and without an api it is known that there is none", () => {
    const page = render(<Has />);
    screen.getByText("no");
    page.rerender(
      <PythonServerProvider api={fakeSidecar()}>
        <Has />
      </PythonServerProvider>,
    );
    screen.getByText("yes");
  });

  it("a page without any api is told, not broken", async () => {
    const page = render(<Message />);
    await act(nextTask);
    page.rerender(<Message />);
    screen.getByText(/window\.pythonServer is missing/);
  });
});
