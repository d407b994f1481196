/**
 * A refused change, put to the field that it is about. The sidecar names the field in `error.data`; over
 * Electron's bridge only the message crosses, which begins with the same name.
 */
import type { Entry } from "./entries.js";

/** Why the sidecar refused; `entry` if it named a field of the form. */
export interface Refusal {
  entry?: Entry;
  message: string;
}

const ENTRIES: Record<string, Entry> = {
  port: "port",
  host: "host",
  portConflict: "portConflict",
  autostart: "autostart",
  restart: "policy",
  "restart.policy": "policy",
  "restart.max": "max",
  "restart.window": "window",
  "restart.backoff": "first",
  "restart.backoff.0": "first",
  "restart.backoff.1": "factor",
  "restart.backoff.2": "longest",
};

/** `changes.port`, or `servers.api.port` where the whole server is meant; names of servers have no dots. */
const PLACE = /^(?:changes|servers\.[^.\s:]+)\.([\w.]+)/;

/** What `error`, with which `updateServer` rejected, says. */
export function refusalIn(error: unknown): Refusal {
  const whole = error instanceof Error ? error.message : String(error);
  const field = fieldIn(error) ?? /^(\S+): /.exec(whole)?.[1];
  const entry = ENTRIES[PLACE.exec(field ?? "")?.[1] ?? ""];
  if (entry === undefined || field === undefined) return { message: whole };
  const prefix = `${field}: `;
  return { entry, message: whole.startsWith(prefix) ? whole.slice(prefix.length) : whole };
}

function fieldIn(error: unknown): string | undefined {
  const { data } = (typeof error === "object" && error !== null ? error : {}) as { data?: unknown };
  const { field } = (typeof data === "object" && data !== null ? data : {}) as { field?: unknown };
  return typeof field === "string" ? field : undefined;
}
