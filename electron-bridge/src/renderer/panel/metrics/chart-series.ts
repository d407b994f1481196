/** Samples as columns for a chart: seconds, and one value for each; nothing where none came for a while, or nothing ran. */
import type { MetricsHistory } from "../../store/state.js";

/** How much of the past is drawn, in seconds. */
export const WINDOW_SECONDS = 300;
/** Samples come every 2 s; a longer silence is a gap in the line, not a straight stretch. In seconds. */
const SILENCE_SECONDS = 7;

export type ChartSeries = [times: number[], values: (number | null)[]];

/** The last five minutes of `history` before its newest sample. `value` picks what is drawn. */
export function chartSeries(
  history: MetricsHistory,
  value: (sample: MetricsHistory[number]) => number,
): ChartSeries {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const newest = secondsOf(history.at(-1)?.time);
  for (const sample of history) {
    const time = secondsOf(sample.time);
    if (time < newest - WINDOW_SECONDS) continue;
    const before = times.at(-1);
    if (before !== undefined && time <= before) continue;
    if (before !== undefined && time - before > SILENCE_SECONDS) {
      times.push(before + SILENCE_SECONDS / 2);
      values.push(null);
    }
    times.push(time);
    values.push(sample.processes > 0 ? value(sample) : null);
  }
  return [times, values];
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : new Date(time).getTime() / 1000;
}
