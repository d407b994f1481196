import { act, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { PythonServerProvider } from "../../../../src/renderer/hooks/context.js";
import { WordsProvider } from "../../../../src/renderer/panel/i18n/index.js";
import { chartSeries, WINDOW_SECONDS } from "../../../../src/renderer/panel/metrics/chart-series.js";
import { MetricsTab } from "../../../../src/renderer/panel/metrics/metrics-tab.js";
import { PortalContainerProvider } from "../../../../src/renderer/panel/ui/portal-container.js";
import { TooltipProvider } from "../../../../src/renderer/panel/ui/tooltip.js";
import type { ServerMetrics } from "../../../../src/shared/generated/protocol.js";
import type { FakeServerScript } from "../../../../src/testing/script.js";
import { fakeSidecar, onFreshPages, show } from "../shell/show-panel.js";

async function showMetrics(script: FakeServerScript, language: "en" | "ko" = "en") {
  const sidecar = fakeSidecar({ servers: { api: script } });
  show(
    <PythonServerProvider api={sidecar}>
      <WordsProvider language={language}>
        <PortalContainerProvider>
          <TooltipProvider>
            <MetricsTab name="api" />
          </TooltipProvider>
        </PortalContainerProvider>
      </WordsProvider>
    </PythonServerProvider>,
  );
  return sidecar;
}

const figure = async (name: string) =>
  (await screen.findByText(name, { selector: "dt, dt *" })).closest("dt")?.nextElementSibling?.textContent;

describe("the metrics of a server", () => {
  onFreshPages();

  it("says what would be here while it does not run", async () => {
    await showMetrics({});
    expect(await screen.findByText("Start api to see how much CPU and memory it takes.")).toBeTruthy();
  });

  it("waits for the first figures of a server that runs", async () => {
    await showMetrics({ running: true });
    expect(await screen.findByText("Measuring")).toBeTruthy();
  });

  it("says that nothing is measured on another host", async () => {
    await showMetrics({ running: true, status: { kind: "supervisor" } });
    expect(await screen.findByText("No figures from there")).toBeTruthy();
  });

  it("shows the figures of this moment, in words and units of people", async () => {
    const sidecar = await showMetrics({ running: true });
    await screen.findByText("Measuring");
    act(() =>
      sidecar.emitMetrics("api", {
        cpuPercent: 12.4,
        rssBytes: 38_400_000,
        processes: 3,
        threads: 1204,
        openFiles: 44,
        uptime: 188_400,
      }),
    );
    expect(await figure("Processes")).toBe("3");
    expect(await figure("Threads")).toBe("1,204");
    expect(await figure("Open files")).toBe("44");
    expect(await figure("Uptime")).toBe("2d 4h");
    expect(screen.getByText("12 %")).toBeTruthy();
    expect(screen.getByText("38 MB")).toBeTruthy();
  });

  it("leaves out what the platform does not tell", async () => {
    const sidecar = await showMetrics({ running: true }, "ko");
    await screen.findByText("측정 중");
    const { openFiles: _, uptime: __, ...told } = await sidecar.getMetrics("api");
    act(() => sidecar.emit("python-server-metrics", told));
    expect(await figure("프로세스 수")).toBe(String(told.processes));
    expect(screen.queryByText("열린 파일")).toBeNull();
  });

  it("keeps the figures where a chart cannot be drawn", async () => {
    const sidecar = await showMetrics({ running: true });
    await screen.findByText("Measuring");
    act(() => sidecar.emitMetrics("api"));
    expect(
      await screen.findAllByText("The chart could not be loaded. Load the page again to see it."),
    ).toHaveLength(2);
    expect(await figure("Processes")).toBeTruthy();
  });

  it("is empty again when the server has stopped", async () => {
    const sidecar = await showMetrics({ running: true });
    await screen.findByText("Measuring");
    act(() => sidecar.emitMetrics("api"));
    await figure("Processes");
    await act(() => sidecar.stop("api"));
    expect(await screen.findByText("It is not running")).toBeTruthy();
    expect(screen.queryByText("Processes")).toBeNull();
  });
});

describe("the series of a chart", () => {
  const sample = (second: number, cpuPercent = second): ServerMetrics => ({
    name: "api",
    time: new Date(1_700_000_000_000 + second * 1000).toISOString(),
    cpuPercent,
    rssBytes: 1,
    processes: 1,
    threads: 1,
  });
  const cpu = (...seconds: number[]) => {
    const [times, values] = chartSeries(
      seconds.map((second) => sample(second)),
      ({ cpuPercent }) => cpuPercent,
    );
    return [times.map((time) => time - 1_700_000_000), values];
  };

  it("has a time and a value for each sample", () => {
    expect(cpu(0, 2, 4)).toEqual([
      [0, 2, 4],
      [0, 2, 4],
    ]);
    expect(cpu()).toEqual([[], []]);
  });

  it("breaks where no sample came for a while", () => {
    expect(cpu(0, 2, 62, 64)).toEqual([
      [0, 2, 5.5, 62, 64],
      [0, 2, null, 62, 64],
    ]);
  });

  it("goes no further back than the window", () => {
    const [times] = cpu(0, 2, WINDOW_SECONDS + 1, WINDOW_SECONDS + 3);
    expect(times?.[0]).toBe(WINDOW_SECONDS + 1);
  });

  it("never goes back in time, though a clock may have been set", () => {
    expect(cpu(0, 2, 1, 4)[0]).toEqual([0, 2, 4]);
  });
});
