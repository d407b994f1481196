/** One server in the list: its state as shape and word, where it is, how long it runs and what it uses. */
import { memo } from "react";
import { useNow } from "../../hooks/use-now.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { formatMegabytes, formatPercent } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Sparkline } from "../metrics/sparkline.js";
import { shownFailure } from "../server/failure.js";
import { failureTitle } from "../server/failure-title.js";
import { StateDot } from "../server/state-badge.js";
import { useSidecarAway } from "../sidecar/away.js";
import { cn } from "../ui/class-names.js";
import { troublesOf } from "./conditions.js";
import { heartbeatInWords, stateInWords } from "./elapsed.js";

const TICK_MS = 1_000;
const SPARKLINE = { width: 52, height: 16, capacity: 20 };

/** Where the list stands above the server and is wide enough, a row is one line. */
const ONE_LINE =
  "@min-[480px]/panel:@max-[720px]/panel:flex-row @min-[480px]/panel:@max-[720px]/panel:flex-wrap @min-[480px]/panel:@max-[720px]/panel:items-center @min-[480px]/panel:@max-[720px]/panel:gap-x-4 @min-[480px]/panel:@max-[720px]/panel:py-1.5";
const FURTHER_PART = "flex basis-full items-baseline gap-2 pl-5 text-muted-foreground text-xs tabular-nums";
const SECOND_PART =
  "flex items-baseline gap-2 pl-5 text-muted-foreground text-xs tabular-nums @min-[480px]/panel:@max-[720px]/panel:w-56 @min-[480px]/panel:@max-[720px]/panel:pl-0";

export interface ServerRowProps {
  name: string;
  selected: boolean;
  /** Whether Tab comes to this row; arrows lead to the others. */
  reachable: boolean;
  onSelect: (name: string) => void;
}

export const ServerRow = memo(function ServerRow({ name, selected, reachable, onSelect }: ServerRowProps) {
  const server = usePythonServer((state) => state.servers[name]);
  if (!server) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys of all its rows
    <div
      role="option"
      aria-selected={selected}
      tabIndex={reachable ? 0 : -1}
      data-name={name}
      onClick={() => onSelect(name)}
      className={cn(
        "flex shrink-0 scroll-my-1 flex-col rounded-md px-2.5 py-2 outline-none select-none hover:bg-accent/60",
        "focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset",
        "[content-visibility:auto] [contain-intrinsic-size:auto_3.5rem]",
        ONE_LINE,
        selected && "bg-accent hover:bg-accent",
      )}
    >
      <RowContent server={server} />
    </div>
  );
});

function RowContent({ server }: { server: PanelServer }) {
  const text = useText();
  const now = useNow(TICK_MS);
  const since = usePythonServer((state) => state.since[server.name]);
  const readyAt = usePythonServer((state) => state.readyAt[server.name]);
  const wallNow = Date.now();
  const remote = server.kind === "supervisor";
  const failed = usePythonServer((state) => state.failures[server.name]);
  const away = useSidecarAway();
  const unreachable = !away && server.conditions.includes("unreachable");
  const failure = shownFailure(server, failed);
  const reason = server.status === "error" && failure !== undefined ? failureTitle(failure, text) : undefined;
  const changing = server.status === "starting" || server.status === "stopping";
  const troubles = away ? [] : troublesOf(server, text);
  const words = away
    ? text("servers.lastKnown", { state: text(server.status) })
    : unreachable
      ? troubles[0]
      : [stateInWords(server, { now, since, readyAt }, wallNow, text), reason].filter(Boolean).join(" · ");
  return (
    <>
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <StateDot status={server.status} unreachable={unreachable} away={away} />
        <span className="min-w-0 flex-1 truncate font-medium">{server.name}</span>
        {server.status === "running" && !unreachable && !away && <Usage name={server.name} />}
      </div>
      <div className={SECOND_PART}>
        <span
          title={away ? undefined : server.lastError}
          className={cn(
            "min-w-0 flex-1 truncate",
            !away && (server.status === "error" || unreachable) && "text-failed",
            !away && changing && !unreachable && "text-changing",
          )}
        >
          {words}
        </span>
        {server.port > 0 && (
          <span className="shrink-0">
            <span className="sr-only">{text("port")} </span>
            <span aria-hidden>:</span>
            {server.port}
          </span>
        )}
      </div>
      {remote && (
        <div className={FURTHER_PART}>
          <span className="min-w-0 flex-1 truncate">{server.supervisor?.host ?? server.host}</span>
          <span className="shrink-0">{heartbeatInWords(server, wallNow, text)}</span>
        </div>
      )}
      {troubles.slice(unreachable ? 1 : 0).map((trouble) => (
        <div key={trouble} className="basis-full truncate pl-5 text-changing text-xs">
          {trouble}
        </div>
      ))}
    </>
  );
}

/** CPU as a line and memory as a number, once they were measured. */
function Usage({ name }: { name: string }) {
  const text = useText();
  const language = useLanguage();
  const samples = usePythonServer((state) => state.metrics[name]);
  const newest = samples?.at(-1);
  if (!samples || !newest) return null;
  return (
    <>
      <Sparkline
        {...SPARKLINE}
        label={text("cpu")}
        values={samples.map((sample) => sample.cpuPercent)}
        format={(percent) => formatPercent(percent, language)}
        atLeast={10}
      />
      <span className="w-14 shrink-0 text-right text-muted-foreground text-xs tabular-nums">
        <span className="sr-only">{text("memory")} </span>
        {formatMegabytes(newest.rssBytes, language)}
      </span>
    </>
  );
}
