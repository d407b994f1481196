/**
 * How long a single line takes from the server that prints it to `onLog` in the page, and to a reader of the
 * bare pipe. Each line carries the monotonic clock, which all processes of a machine share.
 */
import { join } from "node:path";
import type { ServerSpec } from "../../src/main/index.js";
import { PROJECT, PYTHON } from "../e2e/fixtures/python.js";
import { BarePipe } from "./bare-pipe.js";
import { withBridge, withSidecar } from "./built-bridge.js";

const COUNT = 200;
const INTERVAL_S = 0.02;
const TICKS = join(PROJECT, "tests/benchmarks/programs/ticks.py");
const SERVERS: Record<string, ServerSpec> = {
  ticks: { command: [PYTHON, TICKS, String(COUNT), String(INTERVAL_S)], ready: { none: true } },
};

/** Milliseconds of each line. */
interface Delays {
  api: number[];
  pipe: number[];
}

/** One after the other, each with a sidecar of its own. */
export function measure(): Promise<Delays> {
  return withSidecar(async (sidecar) => ({
    api: await withBridge(sidecar, SERVERS, async (api) => {
      const delays = delaysOf((take) => void api.onLog(take));
      await api.start("ticks");
      return delays;
    }),
    pipe: await BarePipe.with(sidecar, SERVERS, async (pipe) => {
      const delays = delaysOf((take) => {
        pipe.onLog = (text) => text.split("\n").forEach(take);
      });
      await pipe.ask("start", { name: "ticks" });
      return delays;
    }),
  }));
}

/** Resolves when every line has come. */
function delaysOf(subscribe: (take: (line: string) => void) => void): Promise<number[]> {
  return new Promise((resolve) => {
    const delays: number[] = [];
    subscribe((line) => {
      const now = process.hrtime.bigint();
      const printed = /^tick (\d+)$/.exec(line)?.[1];
      if (printed === undefined) return;
      delays.push(Number(now - BigInt(printed)) / 1e6);
      if (delays.length === COUNT) resolve(delays);
    });
  });
}
