/**
 * A chart of the last five minutes, by uPlot. Loaded when it is first looked at. Knows how to draw, to follow the
 * theme and the width, and to tell the value under the pointer; not what is measured.
 */
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { useText } from "../i18n/index.js";
import { type ChartSeries, WINDOW_SECONDS } from "./chart-series.js";

export interface MetricChartProps {
  /** For people who do not see the chart. */
  label: string;
  series: ChartSeries;
  /** The words for a value at the axis. */
  format: (value: number) => string;
  /** The axis reaches at least so far. */
  atLeast: number;
  /** The time (Unix, in seconds) and value under the pointer; undefined when it leaves. */
  onPoint: (point: { time: number; value: number } | undefined) => void;
}

/** In CSS pixels. */
const HEIGHT = 132;
const AXIS_WIDTH = 62;
const AXIS_HEIGHT = 24;
/** The pointers of all charts on the page move together. */
const SYNC_KEY = "python-server-metrics";
const MINUTE = 60;

export default function MetricChart({ label, series, format, atLeast, onPoint }: MetricChartProps) {
  const text = useText();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const theme = useTheme(place);
  const now = text("metrics.now");
  const minutes = text("minutes", { value: "{}" });
  const latest = useRef({ series, format, onPoint, now, minutes });
  latest.current = { series, format, onPoint, now, minutes };

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme is another chart: uPlot keeps the colours it began with
  useEffect(() => {
    const element = place.current;
    // Without a canvas the label tells what there is to tell.
    if (!element || !document.createElement("canvas").getContext("2d")) return;
    const made = new uPlot(optionsOf(element, atLeast, latest), latest.current.series, element);
    chart.current = made;
    if (typeof ResizeObserver === "undefined") return () => made.destroy();
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [theme, atLeast]);

  useEffect(() => chart.current?.setData(series), [series]);

  return <div ref={place} role="img" aria-label={label} style={{ height: HEIGHT }} className="min-w-0" />;
}

interface Latest {
  current: Pick<MetricChartProps, "series" | "format" | "onPoint"> & { now: string; minutes: string };
}

function optionsOf(element: HTMLElement, atLeast: number, latest: Latest): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: color("muted-foreground"),
    font,
    grid: { stroke: color("border"), width: 1 },
    ticks: { show: false },
    gap: 6,
  };
  const newest = () => latest.current.series[0].at(-1) ?? 0;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: SYNC_KEY },
      points: { size: 7, width: 2, fill: color("background"), stroke: color("primary") },
    },
    scales: {
      x: { time: false, range: () => [newest() - WINDOW_SECONDS, newest()] },
      y: { range: (_, __, most) => [0, Math.max(atLeast, (most ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT,
        splits: () => Array.from({ length: 6 }, (_, minute) => newest() - (5 - minute) * MINUTE),
        values: (_, splits) => splits.map((split) => ago(Math.round((newest() - split) / MINUTE), latest)),
        grid: { show: false },
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 34,
        values: (_, splits) => splits.map((split) => latest.current.format(split)),
      },
    ],
    series: [
      {},
      {
        stroke: color("primary"),
        width: 1.5,
        fill: `color-mix(in oklch, ${color("primary")} 14%, transparent)`,
        points: { show: false },
      },
    ],
    hooks: {
      setCursor: [
        ({ cursor, data }) => {
          const time = cursor.idx == null ? undefined : data[0][cursor.idx];
          const value = cursor.idx == null ? undefined : data[1]?.[cursor.idx];
          latest.current.onPoint(time === undefined || value == null ? undefined : { time, value });
        },
      ],
    },
  };
}

function ago(minutes: number, latest: Latest): string {
  return minutes === 0 ? latest.current.now : `−${latest.current.minutes.replace("{}", String(minutes))}`;
}

/** The theme that holds where `element` is; changes with it. */
function useTheme(element: { current: HTMLElement | null }): string {
  const [theme, setTheme] = useState("");
  useEffect(() => {
    const panel = element.current?.closest<HTMLElement>("[data-theme]");
    if (!panel) return;
    const read = () => setTheme(panel.dataset.theme ?? "");
    read();
    const observer = new MutationObserver(read);
    observer.observe(panel, { attributes: true, attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, [element]);
  return theme;
}
