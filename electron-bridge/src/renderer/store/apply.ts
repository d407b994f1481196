/**
 * What each event does to the state: the one place. Only the log rings change in place; all else is new
 * values, and what did not change stays the same value, so that nothing is drawn again for it.
 */
import type { ServerMetrics, StatusParams } from "../../shared/generated/protocol.js";
import { LogRing } from "./log-ring.js";
import type { NumberedAlert, PanelEvent, PanelServer, PythonServerState } from "./state.js";

/** Samples come every two seconds: five minutes of them. */
export const METRICS_KEPT = 150;

/** Older alerts are in nobody's mind any more. */
export const ALERTS_KEPT = 50;

/** The part of the state that events change. */
export type Known = Omit<PythonServerState, "actions" | "api" | "destroy">;

type Change = Partial<Known>;

/** What `event` changes of `state`; `now` is the page's monotonic clock in milliseconds. */
export function apply(state: Known, event: PanelEvent, now: number): Change {
  switch (event.type) {
    case "hydrated":
      return hydrate(state, event.servers, now);
    case "status":
      return changeServer(state, event.status, now);
    case "log":
      return withRing(state, event.batch.name, (ring) => ring.push(event.batch));
    case "logs-cleared":
      return withRing(state, event.name, (ring) => ring.clear());
    case "ready":
    case "stopped":
      return {}; // the status tells the same, and comes first
    case "metrics":
      return { metrics: { ...state.metrics, [event.metrics.name]: addSample(state, event.metrics) } };
    case "alert":
      return { alerts: [...state.alerts, numbered(state, event.alert)].slice(-ALERTS_KEPT) };
    case "sidecar":
      return { sidecar: event.sidecar };
    case "command-sent":
      return {
        pending: { ...state.pending, [event.name]: event.command },
        failures: without(state.failures, event.name),
      };
    case "command-rejected":
      return { pending: without(state.pending, event.name), lastMessage: event.message };
    case "command-answered":
      return answer(state, event, now);
  }
}

function hydrate(state: Known, servers: readonly PanelServer[], now: number): Change {
  const names = new Set(servers.map((server) => server.name));
  const keep = <Value>(values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
  let next: Known = {
    ...state,
    hydrated: true,
    servers: keep(state.servers),
    logs: keep(state.logs),
    metrics: keep(state.metrics),
    failures: keep(state.failures),
    since: keep(state.since),
    readyAt: keep(state.readyAt),
  };
  for (const server of servers) next = { ...next, ...changeServer(next, server, now) };
  const inOrder = servers.map(({ name }) => [name, next.servers[name]] as const);
  return { ...next, servers: Object.fromEntries(inOrder) as Record<string, PanelServer> };
}

function changeServer(state: Known, told: StatusParams, now: number): Change {
  const { name } = told;
  const status = withoutLines(told);
  const before = state.servers[name];
  const began = before?.status !== status.status;
  const change: Change = {
    servers: { ...state.servers, [name]: status },
    logs: state.logs[name] ? state.logs : { ...state.logs, [name]: new LogRing() },
    readyAt:
      status.uptime === undefined
        ? without(state.readyAt, name)
        : { ...state.readyAt, [name]: now - status.uptime * 1000 },
  };
  if (began) change.since = { ...state.since, [name]: now };
  if (began && (status.status === "running" || status.status === "starting")) {
    change.failures = without(state.failures, name);
  }
  return change;
}

/** Answers carry the newest lines with a status; they are in the ring already. */
function withoutLines(told: StatusParams & { logs?: string[] }): PanelServer {
  const { logs: _, ...status } = told;
  return status;
}

function answer(state: Known, event: Extract<PanelEvent, { type: "command-answered" }>, now: number): Change {
  const { name, command, response } = event;
  const isMine = state.pending[name] === command;
  const change: Change = {
    lastMessage: response.message,
    pending: isMine ? without(state.pending, name) : state.pending,
  };
  // Who cancelled a start knows that it was cancelled.
  if (response.error && response.error.code !== "CANCELLED") {
    change.failures = { ...state.failures, [name]: { message: response.message, error: response.error } };
  }
  // A status in an answer is as new as any told: without it, one that says "already stopped" would not mend a
  // page that missed it. It brings no `since` of its own unless it differs.
  if (response.status && !state.servers[name])
    Object.assign(change, changeServer(state, response.status, now));
  return change;
}

function withRing(state: Known, name: string, change: (ring: LogRing) => void): Change {
  const known = state.logs[name];
  const ring = known ?? new LogRing();
  change(ring);
  return known ? {} : { logs: { ...state.logs, [name]: ring } };
}

function addSample(state: Known, sample: ServerMetrics): readonly ServerMetrics[] {
  return [...(state.metrics[sample.name] ?? []), sample].slice(-METRICS_KEPT);
}

function numbered(state: Known, alert: Extract<PanelEvent, { type: "alert" }>["alert"]): NumberedAlert {
  return { ...alert, id: (state.alerts.at(-1)?.id ?? 0) + 1 };
}

function without<Value>(
  values: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> {
  if (!(name in values)) return values;
  const { [name]: _, ...rest } = values;
  return rest;
}
