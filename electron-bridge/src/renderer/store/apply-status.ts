/** What a status does to the state, whether it was told or listed: the server, and since when it is what it is. */
import type { StatusParams } from "../../shared/generated/protocol.js";
import type { Change, Known, Means } from "./known.js";
import { only, withEntry, without } from "./records.js";
import type { PanelServer } from "./state.js";

/** An uptime is rounded and has travelled: readings of one run that differ by less are the same moment. */
const SAME_MOMENT_MS = 1500;

/** Takes in the list of all servers. What is not in it is gone, with its log. */
export function takeList(state: Known, servers: readonly PanelServer[], means: Means): Change {
  const names = new Set(servers.map(({ name }) => name));
  const isListed = (name: string) => names.has(name);
  let next: Known = {
    ...state,
    hydrated: true,
    logs: only(state.logs, isListed),
    metrics: only(state.metrics, isListed),
    pending: only(state.pending, isListed),
    failures: only(state.failures, isListed),
    since: only(state.since, isListed),
    readyAt: only(state.readyAt, isListed),
  };
  for (const server of servers) next = { ...next, ...changeServer(next, server, means) };
  // In the order of the list, which is that of the configuration.
  const inOrder = servers.flatMap(({ name }) => next.servers[name] ?? []);
  return { ...next, servers: Object.fromEntries(inOrder.map((server) => [server.name, server])) };
}

/** Takes in the status of one server, of one that was not known too. */
export function changeServer(state: Known, told: StatusParams, { now, newRing }: Means): Change {
  const { name } = told;
  const before = state.servers[name];
  if (before === told) return {};
  const server = withoutLines(told);
  const change: Change = {
    servers: { ...state.servers, [name]: server },
    readyAt: readyAt(state, server, now),
  };
  if (!state.logs[name]) change.logs = { ...state.logs, [name]: newRing() };
  const isAnotherRun = before?.pid !== server.pid && server.status === "running";
  if (before?.status !== server.status || isAnotherRun) {
    change.since = { ...state.since, [name]: change.readyAt?.[name] ?? now };
    // The cause of a failure has gone with the next attempt, and with a stop that was done after all.
    if (server.status !== "error" && server.status !== "stopping") {
      change.failures = without(state.failures, name);
    }
  }
  return change;
}

/** Only answers carry lines with a status; they are in the ring. */
function withoutLines(told: StatusParams & { logs?: unknown }): PanelServer {
  const { logs, ...server } = told;
  return logs === undefined ? told : server;
}

function readyAt(state: Known, { name, status, uptime, pid }: PanelServer, now: number): Known["readyAt"] {
  if (status !== "running") return without(state.readyAt, name);
  if (uptime === undefined) return state.readyAt;
  const known = state.readyAt[name];
  const told = now - uptime * 1000;
  const isSame = known !== undefined && Math.abs(known - told) < SAME_MOMENT_MS;
  return isSame && state.servers[name]?.pid === pid ? state.readyAt : withEntry(state.readyAt, name, told);
}
