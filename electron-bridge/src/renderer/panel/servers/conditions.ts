/** In a few words, what is wrong with a server beside its state: for a line of a list. */
import type { Condition } from "../../../shared/generated/protocol.js";
import type { PanelServer } from "../../store/state.js";
import type { Text } from "../i18n/index.js";

/** The worst first. */
const ORDER: readonly Condition[] = [
  "unreachable",
  "pid-mismatch",
  "registered-not-running",
  "running-unregistered",
  "stale-heartbeat",
];

/** Whether somebody should look at it. */
export function isTroubled(server: PanelServer | undefined): boolean {
  if (server === undefined) return false;
  return server.status === "error" || server.health === "unhealthy" || server.conditions.length > 0;
}

/** Where registry, heartbeat and supervisord disagree, and a health check that fails; empty when all is well. */
export function troublesOf(server: PanelServer, text: Text): string[] {
  const troubles = ORDER.filter((condition) => server.conditions.includes(condition)).map((condition) =>
    condition === "unreachable"
      ? text("servers.unreachable", { state: text(server.status) })
      : text(`server.condition-${condition}`),
  );
  if (server.health === "unhealthy") troubles.push(text("server.unhealthy"));
  return troubles;
}
