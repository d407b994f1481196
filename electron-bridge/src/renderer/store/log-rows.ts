/** What a log ring holds, as the panel sees it. */
import type { LogGap, LogRow } from "./log-segments.js";

export type { LogGap, LogLine, LogRow } from "./log-segments.js";

/** Whether a row stands for lines that are missing. */
export function isGap(row: LogRow): row is LogGap {
  return "gap" in row;
}
