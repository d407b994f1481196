/** CPU and memory of the last minute as lines of a few pixels, with the newest value beside each. */
import { usePythonServer } from "../../hooks/use-python-server.js";
import { formatMegabytes, formatPercent } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Sparkline } from "../metrics/sparkline.js";
import { Fact } from "./fact.js";

/** Below so many percent of a core nothing is worth a peak. */
const CPU_NOISE_PERCENT = 10;

const WIDTH = 48;

/** Nothing until the first sample has come. */
export function Load({ name }: { name: string }) {
  const text = useText();
  const language = useLanguage();
  const history = usePythonServer((state) => state.metrics[name]);
  const newest = history?.at(-1);
  if (history === undefined || newest === undefined) return null;
  const percent = (value: number) => formatPercent(value, language);
  const megabytes = (value: number) => formatMegabytes(value, language);
  return (
    <>
      <Fact label="cpu" className="flex items-center gap-1.5">
        <Sparkline
          label={text("cpu")}
          values={history.map((sample) => sample.cpuPercent)}
          format={percent}
          atLeast={CPU_NOISE_PERCENT}
          width={WIDTH}
        />
        <span className="min-w-10">{percent(newest.cpuPercent)}</span>
      </Fact>
      <Fact label="memory" className="flex items-center gap-1.5">
        <Sparkline
          label={text("memory")}
          values={history.map((sample) => sample.rssBytes)}
          format={megabytes}
          width={WIDTH}
        />
        <span>{megabytes(newest.rssBytes)}</span>
      </Fact>
    </>
  );
}
