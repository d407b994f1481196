/** Which alerts still stand: of each subject the last word, so that a recovery takes the place of its alarm. */
import type { AlertKind } from "../../../shared/generated/protocol.js";
import type { NumberedAlert, PanelServer } from "../../store/state.js";

const SUBJECTS: Record<AlertKind, string> = {
  "heartbeat-timeout": "heartbeat",
  "heartbeat-recovered": "heartbeat",
  unhealthy: "health",
  "restart-limit": "restarts",
  "host-unreachable": "host",
  "host-recovered": "host",
};

/** Whether it tells that something is right again; then it need not be dismissed by hand. */
export function isRecovery(kind: AlertKind): boolean {
  return kind === "heartbeat-recovered" || kind === "host-recovered";
}

/** Whether the server's own view says so too, for as long as it is so. */
export function isSaidInDetail(kind: AlertKind): boolean {
  return kind === "unhealthy" || kind === "restart-limit";
}

/** An alert that stands, and the older ones that it took the place of. */
export interface StandingAlert {
  alert: NumberedAlert;
  /** All ids of its subject, its own among them. */
  ids: readonly number[];
}

/** The alerts that stand, newest last. */
export function standingAlerts(alerts: readonly NumberedAlert[]): StandingAlert[] {
  const standing = new Map<string, StandingAlert>();
  for (const alert of alerts) {
    const subject = JSON.stringify([SUBJECTS[alert.kind], alert.name]);
    const ids = [...(standing.get(subject)?.ids ?? []), alert.id];
    standing.delete(subject); // so that it moves to the end
    standing.set(subject, { alert, ids });
  }
  return [...standing.values()];
}

/** Whether what `alert` tells is so at present; `undefined` where the server's status does not tell. */
export function causeIsThere(alert: NumberedAlert, server: PanelServer | undefined): boolean | undefined {
  if (server === undefined) return undefined;
  if (alert.kind === "restart-limit") return server.status === "error";
  // Not while it is restarted for it: only the next check tells whether that has helped.
  if (alert.kind === "unhealthy") return server.health === "unhealthy" || server.status === "starting";
  return undefined;
}
