/**
 * What each event does to the state: the one place. Only the log rings change in place; all else is new
 * values, and what did not change stays the same value, so that nothing is drawn again for it.
 */
import type { AlertParams, ServerMetrics } from "../../shared/generated/protocol.js";
import { changeServer, takeList } from "./apply-status.js";
import type { Change, Known, Means } from "./known.js";
import type { LogRing } from "./log-ring.js";
import { mapValues, withEntry, without } from "./records.js";
import type { CommandFailure, NumberedAlert, PanelEvent } from "./state.js";

/** Samples come every 2 s: five minutes of them. */
export const METRICS_KEPT = 150;

/** Alerts are kept for a list of them; nobody reads further back. */
export const ALERTS_KEPT = 50;

/** What `event` changes of `state`: nothing, if the result is empty. */
export function apply(state: Known, event: PanelEvent, means: Means): Change {
  switch (event.type) {
    case "hydrated":
      return takeList(state, event.servers, means);
    case "status":
      return changeServer(state, event.status, means);
    case "log":
      return withRing(state, event.batch.name, means, (ring) => ring.push(event.batch));
    case "logs-cleared":
      return withRing(state, event.name, means, (ring) => ring.clear());
    case "log-numbers-anew":
      return { logs: mapValues(state.logs, () => means.newRing()) };
    case "ready":
      return makeReady(state, event.ready.name, means.now);
    case "stopped":
      return {}; // the status that follows says all that is shown
    case "metrics":
      return { metrics: withEntry(state.metrics, event.metrics.name, addSample(state, event.metrics)) };
    case "alert":
      return { alerts: [...state.alerts, numbered(event.alert)].slice(-ALERTS_KEPT) };
    case "alert-dismissed":
      return { alerts: state.alerts.filter((alert) => alert.id !== event.id) };
    case "failure-dismissed":
      return { failures: without(state.failures, event.name) };
    case "sidecar":
      return { sidecar: event.sidecar };
    default:
      return applyCommand(state, event);
  }
}

type CommandEvent = Extract<PanelEvent, { command: unknown }>;

function applyCommand(state: Known, event: CommandEvent): Change {
  const { name, command } = event;
  if (event.type === "command-sent") {
    return { pending: withEntry(state.pending, name, command), failures: without(state.failures, name) };
  }
  // A command that was sent later is still under way, a forced stop after a patient one.
  const pending = state.pending[name] === command ? without(state.pending, name) : state.pending;
  if (event.type === "command-rejected") {
    const { message } = event;
    return { pending, lastMessage: message, failures: withEntry(state.failures, name, { message }) };
  }
  const { message, error } = event.response;
  const failures = withFailure(state, name, error && { message, error });
  return { pending, lastMessage: message, failures };
}

function withFailure(state: Known, name: string, failure: CommandFailure | undefined): Known["failures"] {
  // Who cancelled a start knows that it was cancelled.
  if (!failure || failure.error?.code === "CANCELLED") return state.failures;
  return withEntry(state.failures, name, failure);
}

/** The status has come before and brings the uptime; this is for one that brought none. */
function makeReady(state: Known, name: string, now: number): Change {
  const isMissing = state.servers[name]?.status === "running" && state.readyAt[name] === undefined;
  return isMissing ? { readyAt: withEntry(state.readyAt, name, now) } : {};
}

function withRing(state: Known, name: string, means: Means, change: (ring: LogRing) => void): Change {
  const known = state.logs[name];
  const ring = known ?? means.newRing();
  change(ring);
  return known ? {} : { logs: withEntry(state.logs, name, ring) };
}

function addSample(state: Known, sample: ServerMetrics): readonly ServerMetrics[] {
  return [...(state.metrics[sample.name] ?? []), sample].slice(-METRICS_KEPT);
}

let alerts = 0;

function numbered(alert: AlertParams): NumberedAlert {
  alerts += 1;
  return { ...alert, id: alerts };
}
