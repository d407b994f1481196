/** How much of the machine a server takes: figures of this moment, and CPU and memory over the last five minutes. */
import { Activity, CloudOff, Timer } from "lucide-react";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { MetricsHistory } from "../../store/state.js";
import { formatDuration, formatMegabytes, formatPercent } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Skeleton } from "../ui/skeleton.js";
import { Tooltip } from "../ui/tooltip.js";
import { chartSeries } from "./chart-series.js";

/** Where the chart cannot be loaded (an update took its file away, a page without a canvas) the figures remain. */
const MetricChart = lazy(() => import("./metric-chart.js").catch(() => ({ default: NoChart })));

function NoChart() {
  const text = useText();
  return <p className="px-3 pb-2 text-muted-foreground text-xs">{text("metrics.noChart")}</p>;
}

export interface MetricsTabProps {
  /** The server's name. */
  name: string;
}

const EMPTY: MetricsHistory = [];

/** The metrics of one server; says what would be here while it does not run. */
export function MetricsTab({ name }: MetricsTabProps) {
  const text = useText();
  const history = usePythonServer((state) => state.metrics[name]) ?? EMPTY;
  const status = usePythonServer((state) => state.servers[name]?.status);
  const remote = usePythonServer((state) => state.servers[name]?.kind === "supervisor");
  const newest = history.at(-1);
  let content: ReactNode;
  if (newest && status !== "stopped" && status !== "error")
    content = <Measured history={history} newest={newest} />;
  else if (remote)
    content = (
      <Notice
        icon={<CloudOff strokeWidth={1.5} />}
        title={text("metrics.remoteTitle")}
        text={text("metrics.remoteText", { name })}
      />
    );
  else if (status === "running")
    content = (
      <Notice
        icon={<Timer strokeWidth={1.5} />}
        title={text("metrics.waitingTitle")}
        text={text("metrics.waitingText")}
      />
    );
  else
    content = (
      <Notice
        icon={<Activity strokeWidth={1.5} />}
        title={text("metrics.stoppedTitle")}
        text={text("metrics.stoppedText", { name })}
      />
    );
  return (
    <section aria-label={text("metrics.region", { name })} className="h-full overflow-auto p-4">
      {content}
    </section>
  );
}

function Notice(props: { icon: ReactNode; title: string; text: string }) {
  return (
    <div className="flex h-full min-h-40 flex-col items-center justify-center gap-1 text-center">
      <span aria-hidden className="mb-1 text-muted-foreground/70 [&_svg]:size-6">
        {props.icon}
      </span>
      <p className="font-medium text-sm">{props.title}</p>
      <p className="max-w-sm text-muted-foreground text-xs text-balance">{props.text}</p>
    </div>
  );
}

function Measured({ history, newest }: { history: MetricsHistory; newest: MetricsHistory[number] }) {
  const text = useText();
  const language = useLanguage();
  const { processes, threads, openFiles, uptime } = newest;
  const cpu = useMemo(() => chartSeries(history, (sample) => sample.cpuPercent), [history]);
  const memory = useMemo(() => chartSeries(history, (sample) => sample.rssBytes), [history]);
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <Chart
        title={text("cpu")}
        hint={text("metrics.cpuHint")}
        series={cpu}
        newest={newest.cpuPercent}
        format={(value) => formatPercent(value, language)}
        atLeast={10}
      />
      <Chart
        title={text("memory")}
        hint={text("metrics.memoryHint")}
        series={memory}
        newest={newest.rssBytes}
        format={(value) => formatMegabytes(value, language)}
        atLeast={10_000_000}
      />
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(7.5rem,1fr))] overflow-hidden rounded-lg border border-border">
        <Figure label={text("metrics.processes")}>{processes.toLocaleString(language)}</Figure>
        <Figure label={text("metrics.threads")}>{threads.toLocaleString(language)}</Figure>
        {openFiles !== undefined && (
          <Figure label={text("metrics.openFiles")} hint={text("metrics.openFilesHint")}>
            {openFiles.toLocaleString(language)}
          </Figure>
        )}
        {uptime !== undefined && <Figure label={text("uptime")}>{formatDuration(uptime, text)}</Figure>}
      </dl>
    </div>
  );
}

function Figure({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="-mb-px -ml-px border-border border-b border-l px-3 py-2">
      <dt className="text-muted-foreground text-xs">
        <Tooltip text={hint}>
          <span>{label}</span>
        </Tooltip>
      </dt>
      <dd className="font-medium text-sm tabular-nums">{children}</dd>
    </div>
  );
}

interface ChartProps {
  title: string;
  hint: string;
  series: ReturnType<typeof chartSeries>;
  newest: number;
  format: (value: number) => string;
  atLeast: number;
}

/** A chart with its present value above; the value under the pointer instead while there is one. */
function Chart({ title, hint, series, newest, format, atLeast }: ChartProps) {
  const text = useText();
  const language = useLanguage();
  const [point, setPoint] = useState<{ time: number; value: number }>();
  const clock = point && new Date(point.time * 1000).toLocaleTimeString(language);
  return (
    <div className="rounded-lg border border-border bg-card pt-3 pr-1 pb-1 pl-1">
      <div className="flex items-baseline gap-2 px-3 pb-1">
        <Tooltip text={hint} side="right">
          <h3 className="font-medium text-muted-foreground text-xs">{title}</h3>
        </Tooltip>
        <span className="ml-auto font-semibold text-sm tabular-nums">{format(point?.value ?? newest)}</span>
        {clock && (
          <span className="text-muted-foreground text-xs tabular-nums">
            {text("metrics.at", { time: clock })}
          </span>
        )}
      </div>
      <Suspense fallback={<Skeleton className="mx-3 h-[132px]" />}>
        <MetricChart
          label={text("metrics.chart", { label: title, value: format(newest) })}
          series={series}
          format={format}
          atLeast={atLeast}
          onPoint={setPoint}
        />
      </Suspense>
    </div>
  );
}
