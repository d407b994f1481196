/**
 * The state of a server as a shape, a word and, while it changes, the seconds it has taken so far. Knows
 * a status and no server: lists and tables use it too.
 */
import type { StatusParams } from "../../../shared/generated/protocol.js";
import { useText } from "../i18n/index.js";
import { Badge } from "../ui/badge.js";
import { cn } from "../ui/class-names.js";
import { Elapsed } from "./elapsed.js";

/** What a state is drawn as: a status, or that nobody can tell it any more. */
export type ShownState = StatusParams["status"] | "unreachable";

const COLOURS: Record<ShownState, string> = {
  running: "text-running",
  starting: "text-changing",
  stopping: "text-changing",
  stopped: "text-idle",
  error: "text-failed",
  unreachable: "text-failed",
};

const VARIANTS = {
  running: "running",
  starting: "changing",
  stopping: "changing",
  stopped: "idle",
  error: "failed",
  unreachable: "failed",
} as const;

export interface StateDotProps {
  status: StatusParams["status"];
  /** Nobody can tell: `status` is the last one known. */
  unreachable?: boolean | undefined;
  /** Nobody can tell because the sidecar is away, which is said elsewhere: no alarm of the server's own. */
  away?: boolean | undefined;
  className?: string | undefined;
}

/** A shape for each state, so that none is told by its colour alone. Decoration: the word stands beside it. */
export function StateDot({ status, unreachable = false, away = false, className }: StateDotProps) {
  const state = unreachable || away ? "unreachable" : status;
  const changing = state === "starting" || state === "stopping";
  return (
    <svg
      aria-hidden
      data-state={state}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      className={cn(
        "size-3 shrink-0",
        away ? "text-idle" : COLOURS[state],
        changing && "animate-spin [animation-duration:2s]",
        className,
      )}
    >
      <Shape state={state} />
    </svg>
  );
}

function Shape({ state }: { state: ShownState }) {
  switch (state) {
    case "running":
      return <circle cx="6" cy="6" r="4" fill="currentColor" stroke="none" />;
    case "starting":
      return <circle cx="6" cy="6" r="4" strokeWidth="2" strokeDasharray="3.2 3.083" />;
    case "stopping":
      return <circle cx="6" cy="6" r="4" strokeWidth="2" strokeDasharray="16 9.133" />;
    case "stopped":
      return <circle cx="6" cy="6" r="3.75" strokeWidth="1.5" />;
    case "error":
      return <path d="M2.75 2.75l6.5 6.5M9.25 2.75l-6.5 6.5" strokeWidth="2.25" strokeLinecap="round" />;
    case "unreachable":
      return (
        <>
          <circle cx="6" cy="6" r="4" strokeWidth="1.5" />
          <path d="M3.2 8.8l5.6-5.6" strokeWidth="1.5" />
        </>
      );
  }
}

export interface StateBadgeProps extends StateDotProps {
  /** When the status began, by `performance.now()`: then a changing one shows for how long. */
  since?: number | undefined;
}

/** Shape, word and elapsed seconds. */
export function StateBadge({ status, unreachable, away = false, since, className }: StateBadgeProps) {
  const text = useText();
  const state = unreachable || away ? "unreachable" : status;
  const changing = state !== "unreachable" && (status === "starting" || status === "stopping");
  return (
    <Badge variant={away ? "idle" : VARIANTS[state]} className={className}>
      <StateDot status={status} unreachable={unreachable} away={away} />
      {state === "unreachable" ? text("server.unreachable") : text(state)}
      {changing && since !== undefined && (
        <span aria-hidden className="tabular-nums">
          <Elapsed since={since} />
        </span>
      )}
    </Badge>
  );
}
