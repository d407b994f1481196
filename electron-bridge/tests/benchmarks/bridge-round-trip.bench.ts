/** How long `getStatus` of a page takes, through all that is between it and the sidecar, and without that. */
import type { ServerSpec } from "../../src/main/index.js";
import { BarePipe } from "./bare-pipe.js";
import { withBridge, withSidecar } from "./built-bridge.js";

const BLOCKS = 10;
const PER_BLOCK = 200;
const SERVERS: Record<string, ServerSpec> = {
  idle: { command: ["sleep", "infinity"], ready: { none: true } },
};

/** Milliseconds of each question. */
interface RoundTrips {
  api: number[];
  pipe: number[];
}

/** The two take turns, each with a sidecar of its own; the first block of each is not counted. */
export function measure(): Promise<RoundTrips> {
  return withSidecar((sidecar) =>
    BarePipe.with(sidecar, SERVERS, (pipe) =>
      withBridge(sidecar, SERVERS, async (api) => {
        await api.start("idle");
        await pipe.ask("start", { name: "idle" });
        const times: RoundTrips = { api: [], pipe: [] };
        for (let block = 0; block <= BLOCKS; block++) {
          const throughApi = await timesOf(() => api.getStatus("idle"));
          const overPipe = await timesOf(() => pipe.ask("get_status", { name: "idle" }));
          if (block === 0) continue;
          times.api.push(...throughApi);
          times.pipe.push(...overPipe);
        }
        return times;
      }),
    ),
  );
}

async function timesOf(ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let question = 0; question < PER_BLOCK; question++) {
    const begin = performance.now();
    await ask();
    times.push(performance.now() - begin);
  }
  return times;
}
