/** Batches of log lines as the sidecar sends them. */
import type { LogParams } from "../../src/shared/generated/protocol.js";

/** Lines `from` to `from + count - 1` of the server `api`, each saying its number. */
export function batch(from: number, count: number, more: Partial<LogParams> = {}): LogParams {
  const lines = Array.from({ length: count }, (_, index) => `line ${from + index}`);
  return {
    name: "api",
    stream: "stdout",
    text: lines.join("\n"),
    count,
    seq: from,
    time: "2026-01-02T03:04:05.678Z",
    ...more,
  };
}
