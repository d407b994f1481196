/** How long a server has been in its state, as words. Pure: the clock and the words come in. */
import type { PanelServer } from "../../store/state.js";
import { formatDuration } from "../i18n/formats.js";
import type { Text } from "../i18n/index.js";

/** Moments of a server on the page's monotonic clock, in ms. */
export interface Moments {
  /** Now. */
  now: number;
  /** When its present status began. */
  since: number | undefined;
  /** When its uptime was 0. */
  readyAt: number | undefined;
}

/** Seconds since it became ready, undefined while it does not run. */
export function uptimeSeconds(server: PanelServer, { now, readyAt }: Moments): number | undefined {
  if (server.status !== "running") return undefined;
  return readyAt === undefined ? server.uptime : Math.max(0, (now - readyAt) / 1000);
}

const between = (time: string, wallNow: number) => Math.abs(wallNow - Date.parse(time)) / 1000;

/** `Running · 2d 4h`, `Starting… 4s`, `Error`. `wallNow` is `Date.now()`, for what the sidecar dates. */
export function stateInWords(server: PanelServer, moments: Moments, wallNow: number, text: Text): string {
  const { now, since } = moments;
  const changing = formatDuration(since === undefined ? 0 : (now - since) / 1000, text);
  switch (server.status) {
    case "running": {
      const uptime = uptimeSeconds(server, moments);
      return uptime === undefined ? text("running") : `${text("running")} · ${formatDuration(uptime, text)}`;
    }
    case "starting":
      return server.retryAt !== undefined && Date.parse(server.retryAt) > wallNow
        ? text("servers.restartingIn", {
            duration: formatDuration(Math.ceil(between(server.retryAt, wallNow)), text),
          })
        : text("servers.startingFor", { duration: changing });
    case "stopping":
      return text("servers.stoppingFor", { duration: changing });
    default:
      return text(server.status);
  }
}

/** `heartbeat 12s ago`; for servers of the registry. */
export function heartbeatInWords(server: PanelServer, wallNow: number, text: Text): string {
  if (server.lastHeartbeat === undefined) return text("servers.noHeartbeat");
  const age = Math.max(0, (wallNow - Date.parse(server.lastHeartbeat)) / 1000);
  return text("servers.heartbeatAgo", { duration: formatDuration(age, text) });
}
