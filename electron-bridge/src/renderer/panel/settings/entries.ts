/**
 * The settings as they stand in a form: texts and choices, whether they can be meant so, and what of them
 * is a change. Pure: knows no React and asks nobody. The sidecar has the last word on every value.
 */
import type { SettingsChanges } from "../../../shared/api.js";
import type { Settings } from "../../../shared/generated/protocol.js";
import type { TextKey } from "../i18n/index.js";

/** The fields of the form. Numbers are the texts that were typed. */
export interface Entries {
  port: string;
  host: string;
  portConflict: Settings["portConflict"];
  autostart: boolean;
  policy: Settings["restart"]["policy"];
  max: string;
  window: string;
  first: string;
  factor: string;
  longest: string;
}

/** A field of the form. */
export type Entry = keyof Entries;

/** What is wrong, by field, in words of the panel. */
export type Faults = Partial<Record<Entry, TextKey>>;

/** The form that says just what `settings` say. */
export function entriesOf({ port, host, portConflict, autostart, restart }: Settings): Entries {
  const [first, factor, longest] = restart.backoff;
  return {
    port: String(port),
    host,
    portConflict,
    autostart,
    policy: restart.policy,
    max: String(restart.max),
    window: String(restart.window),
    first: String(first),
    factor: String(factor),
    longest: String(longest),
  };
}

const HIGHEST_PORT = 65_535;

const WHOLE = /^\d+$/;
const DECIMAL = /^(\d+\.?\d*|\.\d+)$/;

/** The value of a typed number, NaN if it is none. */
function numberIn(typed: string, form: RegExp): number {
  const trimmed = typed.trim();
  return form.test(trimmed) ? Number(trimmed) : Number.NaN;
}

const isSeconds = (typed: string) => numberIn(typed, DECIMAL) > 0;

/** What cannot be meant. The details of restarts count only where they are shown. */
export function faultsIn(entries: Entries): Faults {
  const faults: Faults = {};
  if (!(numberIn(entries.port, WHOLE) <= HIGHEST_PORT)) faults.port = "settings.wrong-port";
  if (!/^[^\s/]+$/.test(entries.host.trim())) faults.host = "settings.wrong-host";
  if (entries.policy === "never") return faults;
  if (!(numberIn(entries.max, WHOLE) >= 1)) faults.max = "settings.wrong-count";
  if (!isSeconds(entries.window)) faults.window = "settings.wrong-seconds";
  if (!isSeconds(entries.first)) faults.first = "settings.wrong-seconds";
  if (!(numberIn(entries.factor, DECIMAL) >= 1)) faults.factor = "settings.wrong-factor";
  if (!isSeconds(entries.longest)) faults.longest = "settings.wrong-seconds";
  else if (numberIn(entries.longest, DECIMAL) < numberIn(entries.first, DECIMAL))
    faults.longest = "settings.wrong-longest";
  return faults;
}

/** What `entries`, which have no faults, change of `settings`: empty if nothing. */
export function changesIn(entries: Entries, settings: Settings): SettingsChanges {
  const changes: SettingsChanges = {};
  const port = numberIn(entries.port, WHOLE);
  const host = entries.host.trim();
  if (port !== settings.port) changes.port = port;
  if (host !== settings.host) changes.host = host;
  if (entries.portConflict !== settings.portConflict) changes.portConflict = entries.portConflict;
  if (entries.autostart !== settings.autostart) changes.autostart = entries.autostart;
  const restart = restartChangesIn(entries, settings.restart);
  if (Object.keys(restart).length > 0) changes.restart = restart;
  return changes;
}

function restartChangesIn(entries: Entries, before: Settings["restart"]): Partial<Settings["restart"]> {
  const { policy } = entries;
  const changes: Partial<Settings["restart"]> = {};
  if (policy !== before.policy) changes.policy = policy;
  if (policy === "never") return changes;
  const max = numberIn(entries.max, WHOLE);
  const window = numberIn(entries.window, DECIMAL);
  const backoff: [number, number, number] = [
    numberIn(entries.first, DECIMAL),
    numberIn(entries.factor, DECIMAL),
    numberIn(entries.longest, DECIMAL),
  ];
  if (max !== before.max) changes.max = max;
  if (window !== before.window) changes.window = window;
  if (backoff.some((value, index) => value !== before.backoff[index])) changes.backoff = backoff;
  return changes;
}

/** Whether only this computer reaches a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host.trim());
}
