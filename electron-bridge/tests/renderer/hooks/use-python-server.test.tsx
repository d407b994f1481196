import { act, cleanup, render, renderHook, screen } from "@testing-library/react";
import { Profiler, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PythonServerProvider } from "../../../src/renderer/hooks/context.js";
import {
  useLogVersion,
  useNewestLogRows,
  usePythonServer,
  usePythonServerActions,
  usePythonServerApi,
  useServer,
  useServerNames,
} from "../../../src/renderer/hooks/use-python-server.js";
import type { FakePythonServerOptions } from "../../../src/testing/fake-api.js";
import { endWithTheTest, fakeSidecar, storeOver } from "../store/fakes.js";
import { numbers, textOf } from "../store/printed-log.js";
import { nextTask, until } from "../store/until.js";

endWithTheTest();

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A store that knows its servers, and the place around what reads it. */
async function page(options: FakePythonServerOptions = { servers: { api: {}, worker: {} } }) {
  const sidecar = fakeSidecar(options);
  const store = storeOver(sidecar);
  await until(store, (state) => state.hydrated);
  await nextTask();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <PythonServerProvider store={store}>{children}</PythonServerProvider>
  );
  return { sidecar, store, wrapper };
}

function Log() {
  return <p>{`version ${useLogVersion("api")}`}</p>;
}

function Others() {
  return <p>{usePythonServer((state) => Object.keys(state.servers).length)}</p>;
}

/** Frames that are drawn when the test says so. */
function heldFrames(): () => void {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback));
  return () =>
    act(() => {
      for (const frame of frames.splice(0)) frame(performance.now());
    });
}

describe("a server", () => {
  it("is read with everything that is known of it", async () => {
    const { sidecar, wrapper } = await page();
    const { result } = renderHook(() => useServer("api"), { wrapper });
    expect(result.current).toMatchObject({ server: { status: "stopped" }, pending: undefined });
    sidecar.failNext("start", { code: "SPAWN_FAILED", message: "no such program" });
    const { result: actions } = renderHook(() => usePythonServerActions(), { wrapper });
    await act(() => actions.current.startServer("api"));
    expect(result.current.failure?.message).toBe("no such program");
    act(() => sidecar.setStatus("api", { status: "running", uptime: 3 }));
    act(() => sidecar.emitMetrics("api", { cpuPercent: 12 }));
    expect(result.current).toMatchObject({ failure: undefined, metrics: [{ cpuPercent: 12 }] });
    expect(result.current.readyAt).toBeLessThan(performance.now());
  });

  it("is drawn again for what happens to it, and for nothing else", async () => {
    const { sidecar, wrapper } = await page();
    let renders = 0;
    renderHook(
      () => {
        renders += 1;
        return useServer("api");
      },
      { wrapper },
    );
    act(() => sidecar.setStatus("worker", { status: "running" }));
    act(() => sidecar.emitLog("a line", "api"));
    expect(renders).toBe(1);
    act(() => sidecar.setStatus("api", { status: "running" }));
    expect(renders).toBe(2);
  });

  it("that nobody knows is nothing", async () => {
    const { wrapper } = await page();
    expect(renderHook(() => useServer("nobody"), { wrapper }).result.current.server).toBeUndefined();
  });
});

describe("the names", () => {
  it("stay the same value while no server comes or goes", async () => {
    const { sidecar, wrapper } = await page();
    const { result } = renderHook(() => useServerNames(), { wrapper });
    const names = result.current;
    act(() => sidecar.setStatus("api", { status: "running" }));
    expect(result.current).toBe(names);
    expect(names).toEqual(["api", "worker"]);
  });
});

describe("the api", () => {
  it("is there for what there is no action for", async () => {
    const { store, wrapper } = await page();
    const { result } = renderHook(() => usePythonServerApi(), { wrapper });
    expect(result.current).toBe(store.getState().api);
    expect(await result.current.getSettings("api")).toMatchObject({ name: "api" });
  });
});

describe("a log", () => {
  it("of 100,000 lines draws those who show it once per frame, and nobody else", async () => {
    const draw = heldFrames();
    const { sidecar, wrapper } = await page();
    const drawn = { log: 0, others: 0 };
    render(
      <>
        <Profiler id="log" onRender={() => drawn.log++}>
          <Log />
        </Profiler>
        <Profiler id="others" onRender={() => drawn.others++}>
          <Others />
        </Profiler>
      </>,
      { wrapper },
    );
    const before = { ...drawn };
    const lines = numbers(1, 1000).map(textOf);
    for (let batch = 1; batch <= 100; batch++) {
      sidecar.emitLog(lines, "api");
      if (batch % 20 === 0) draw();
    }
    expect(drawn).toEqual({ log: before.log + 5, others: before.others });
    expect(screen.getByText(/version/).textContent).not.toBe("version 0");
  });

  it("has newest rows that follow it", async () => {
    const draw = heldFrames();
    const { sidecar, wrapper } = await page();
    const { result } = renderHook(() => useNewestLogRows("api", 2), { wrapper });
    expect(result.current).toEqual([]);
    act(() => sidecar.emitLog(["one", "two", "three"], "api"));
    draw();
    expect(result.current).toMatchObject([{ text: "two" }, { text: "three" }]);
  });

  it("of a server that nobody knows is empty", async () => {
    const { wrapper } = await page();
    const { result } = renderHook(() => [useLogVersion("nobody"), useNewestLogRows("nobody", 5)], {
      wrapper,
    });
    expect(result.current).toEqual([0, []]);
  });
});
