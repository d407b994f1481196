/** A line of a few pixels that tells how a value went. It knows no axes and no time: the newest is on the right. */
import { memo } from "react";
import { cn } from "../ui/class-names.js";

export interface SparklineProps {
  /** What is drawn, for people who do not see it: "CPU". */
  label: string;
  /** Oldest first, evenly spaced. */
  values: readonly number[];
  /** The words for one value. */
  format: (value: number) => string;
  /** In CSS pixels. */
  width?: number;
  /** In CSS pixels. */
  height?: number;
  /** The value at the upper edge, at least: so that noise near 0 does not look like load. */
  atLeast?: number;
  /** So many values fill the width; fewer begin further to the right, so that the line's pace is always the same. */
  capacity?: number;
  className?: string;
}

const STROKE = 1.5;
const ONE_MINUTE_OF_SAMPLES = 30;

/** The points of the line as an SVG path, and the closed area beneath it. */
export function sparklinePaths(
  values: readonly number[],
  size: { width: number; height: number; atLeast: number; capacity: number },
): { line: string; area: string } {
  const shown = values.slice(-size.capacity);
  const top = shown.reduce((highest, value) => Math.max(highest, value), size.atLeast) || 1;
  const step = size.width / Math.max(1, size.capacity - 1);
  const room = size.height - STROKE * 2;
  const points = shown.map((value, index) => {
    const x = size.width - (shown.length - 1 - index) * step;
    const y = STROKE + room * (1 - Math.max(0, value) / top);
    return `${round(x)},${round(y)}`;
  });
  const first = points[0];
  if (first === undefined || points.length === 1) return { line: "", area: "" }; // one value is no line yet
  const line = `M${points.join("L")}`;
  const left = first.slice(0, first.indexOf(","));
  return { line, area: `${line}V${size.height}H${left}Z` };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A sparkline in the current text colour. Without values it keeps its place and shows a line along the bottom. */
export const Sparkline = memo(function Sparkline({
  label,
  values,
  format,
  width = 64,
  height = 18,
  atLeast = 1,
  capacity = ONE_MINUTE_OF_SAMPLES,
  className,
}: SparklineProps) {
  const newest = values.at(-1);
  const { line, area } = sparklinePaths(values, { width, height, atLeast, capacity });
  return (
    <svg
      role="img"
      aria-label={newest === undefined ? `${label} –` : `${label} ${format(newest)}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={cn("shrink-0 overflow-visible text-primary", className)}
    >
      <path d={`M0,${height - 0.5}H${width}`} className="stroke-border" strokeWidth={1} fill="none" />
      <path d={area} fill="currentColor" fillOpacity={0.12} />
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        strokeWidth={STROKE}
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
});
