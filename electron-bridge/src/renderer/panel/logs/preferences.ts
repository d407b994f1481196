/** How someone likes to read logs; kept for the next visit. */
import { useStoredChoice } from "../theme/stored-choice.js";
import type { StreamFilter } from "./found-rows.js";

export interface LogPreferences {
  wrap: boolean;
  times: boolean;
  stream: StreamFilter;
  setWrap: (wrap: boolean) => void;
  setTimes: (times: boolean) => void;
  setStream: (stream: StreamFilter) => void;
}

const STREAMS: readonly string[] = ["all", "stdout", "stderr"] satisfies StreamFilter[];

export function isStreamFilter(value: string | null): value is StreamFilter {
  return value !== null && STREAMS.includes(value);
}

export function useLogPreferences(): LogPreferences {
  const [wrap, storeWrap] = useStoredChoice("logs.wrap");
  const [times, storeTimes] = useStoredChoice("logs.times");
  const [stream, storeStream] = useStoredChoice("logs.stream");
  return {
    wrap: wrap === "on",
    times: times !== "off",
    stream: isStreamFilter(stream) ? stream : "all",
    setWrap: (on) => storeWrap(on ? "on" : "off"),
    setTimes: (on) => storeTimes(on ? "on" : "off"),
    setStream: storeStream,
  };
}
