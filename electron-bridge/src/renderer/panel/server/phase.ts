/** What a server that changes is waiting for, as far as its status tells. Pure. */
import type { PanelServer, PendingCommand } from "../../store/state.js";
import type { TextKey } from "../i18n/index.js";

/** What is waited for, and what it is told with. */
export interface Waiting {
  what: TextKey;
  values?: Record<string, string>;
  /** Why it has come to this, in the sidecar's words. */
  why?: string;
}

/** A change that takes longer than this is no usual one: then it is said what can be done. */
export const SLOW_AFTER_SECONDS = 10;

/**
 * `undefined` for a server that does not change. `replacing`: its old process serves while a new one starts.
 */
export function waitingFor(
  server: PanelServer,
  pending: PendingCommand | undefined,
  replacing: boolean,
): Waiting | undefined {
  if (server.status === "stopping") {
    return { what: pending === "force-stop" ? "server.killing" : "server.stoppingPhase" };
  }
  if (server.status !== "starting") return undefined;
  const why = server.lastError === undefined ? {} : { why: server.lastError };
  if (server.retryAt !== undefined) return { what: "server.retrying", ...why };
  if (replacing) return { what: "server.replacing", ...why };
  if (server.pid === undefined) return { what: "server.launching", ...why };
  if (server.url === undefined) return { what: "server.readying", ...why };
  return { what: "server.answering", values: { url: server.url }, ...why };
}
