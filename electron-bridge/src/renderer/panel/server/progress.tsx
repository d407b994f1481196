/**
 * What a server that starts or stops is waiting for, and what can be done when it takes long. For how long it
 * has been waiting stands in its badge.
 */
import { useEffect, useState } from "react";
import { useNow } from "../../hooks/use-now.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { formatDuration } from "../i18n/formats.js";
import { useText } from "../i18n/index.js";
import { SLOW_AFTER_SECONDS, waitingFor } from "./phase.js";

const TICK_MS = 1000;

/** Most servers start and stop sooner: for them nothing is to move down and up again. */
const WORTH_A_WORD_MS = 400;

/** A start tells of its process only when it is asked; usually it is there in a few ms, and one question is enough. */
const ASK_FOR_PROCESS_MS = 500;

export interface ProgressProps {
  server: PanelServer;
  /** Its old process serves while a new one starts. */
  replacing: boolean;
}

/** A strip that is there while the server changes. */
export function Progress({ server, replacing }: ProgressProps) {
  const text = useText();
  const { name } = server;
  const pending = usePythonServer((state) => state.pending[name]);
  const since = usePythonServer((state) => state.since[name]);
  const waiting = waitingFor(server, pending, replacing);
  useProcessKnown(server);
  const lasts = useLasts(waiting !== undefined);
  if (waiting === undefined || !(lasts || server.retryAt !== undefined)) return null;
  return (
    <section className="relative shrink-0 bg-changing-soft px-4 py-2 text-xs">
      <Line />
      <div className="flex flex-wrap items-baseline gap-x-2">
        <p role="status" className="font-medium">
          {text(waiting.what, waiting.values)}
        </p>
        {server.retryAt !== undefined && <Countdown retryAt={server.retryAt} attempt={server.restarts + 1} />}
      </div>
      {waiting.why !== undefined && <p className="mt-0.5 text-muted-foreground">{waiting.why}</p>}
      {since !== undefined && server.retryAt === undefined && <SlowHint server={server} since={since} />}
    </section>
  );
}

/** Whether `true` has been so for a while. */
function useLasts(now: boolean): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => setLasts(true), WORTH_A_WORD_MS);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [now]);
  return lasts;
}

/** A thin line that moves, since nobody knows how long it takes; nothing for those who want no motion. */
function Line() {
  return (
    <div aria-hidden className="absolute inset-x-0 top-0 h-0.5 overflow-hidden motion-reduce:hidden">
      <div className="h-full w-1/4 animate-indeterminate bg-changing" />
    </div>
  );
}

function Countdown({ retryAt, attempt }: { retryAt: string; attempt: number }) {
  const text = useText();
  useNow(TICK_MS);
  const seconds = Math.ceil((Date.parse(retryAt) - Date.now()) / 1000);
  return (
    <span className="text-muted-foreground tabular-nums">
      {seconds > 0
        ? text("server.retry", { duration: formatDuration(seconds, text), attempt })
        : text("server.retryNow", { attempt })}
    </span>
  );
}

function SlowHint({ server, since }: { server: PanelServer; since: number }) {
  const text = useText();
  const slow = useNow(TICK_MS) - since > SLOW_AFTER_SECONDS * 1000;
  return (
    <p role="status" className="text-muted-foreground">
      {slow && text(server.status === "stopping" ? "server.slowStop" : "server.slow")}
    </p>
  );
}

/** Asks for the status of a start until its process is known: a change of the pid alone is not told. */
function useProcessKnown({ name, status, pid, retryAt }: PanelServer): void {
  const refresh = usePythonServer((state) => state.actions.refreshStatus);
  const wanted = status === "starting" && pid === undefined && retryAt === undefined;
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => void refresh(name), ASK_FOR_PROCESS_MS);
    return () => clearInterval(timer);
  }, [wanted, name, refresh]);
}
