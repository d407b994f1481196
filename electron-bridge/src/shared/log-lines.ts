/** A batch of log lines taken apart, one call per line: the same for IPC and for the WebSocket. */
import type { LogMeta } from "./api.js";
import type { LogParams } from "./generated/protocol.js";

/** Calls `each` once per line of `batch`, in order. A batch that only tells of dropped lines has none. */
export function forEachLine(batch: LogParams, each: (line: string, meta: LogMeta) => void): void {
  if (batch.count === 0) return;
  const { name, stream, time } = batch;
  const lines = batch.text.split("\n");
  const last = lines.length - 1;
  for (const [index, line] of lines.entries()) {
    const meta: LogMeta = { name, stream, seq: batch.seq + index, time };
    if (index === 0 && batch.dropped) meta.dropped = batch.dropped;
    if (index === last && batch.partial) meta.partial = true;
    each(line, meta);
  }
}
