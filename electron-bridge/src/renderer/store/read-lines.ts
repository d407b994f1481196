/** Reads a stretch of a log from the sidecar, page by page. */
import type { PythonServerApi } from "../../shared/api.js";
import type { LogEntry } from "../../shared/generated/protocol.js";

/** So many lines of a usual length are read within a few milliseconds, and crossing over stops nobody else. */
const LINES_PER_PAGE = 5_000;

/** What the sidecar still holds of the lines between `after` and `before`, both exclusive; ascending. */
export async function readLines(
  api: PythonServerApi,
  name: string,
  after: number,
  before: number,
): Promise<LogEntry[]> {
  const read: LogEntry[] = [];
  let from = after;
  while (from < before - 1) {
    const limit = Math.min(LINES_PER_PAGE, before - 1 - from);
    const { entries, next } = await api.getLogs({ name, after: from, limit });
    read.push(...entries.filter((entry) => entry.seq < before));
    if (next <= from) break; // its numbers began anew meanwhile
    from = next;
  }
  return read;
}
