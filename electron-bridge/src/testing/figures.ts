/** The settings and the figures of a fake server where its script does not name them. */
import type { SettingsChanges } from "../shared/api.js";
import type { Settings } from "../shared/generated/protocol.js";
import type { FakeServerScript } from "./script.js";

const DEFAULT_RESTART: Settings["restart"] = { policy: "never", max: 5, window: 60, backoff: [0.1, 2, 30] };

/** Takes changes over. Tells whether a running process would need a restart to have them. */
export function changeSettings(settings: Settings, { restart, ...flat }: SettingsChanges): boolean {
  Object.assign(settings, flat);
  Object.assign(settings.restart, restart);
  return flat.port !== undefined || flat.host !== undefined;
}

/** What a running server uses. */
export const USUAL_METRICS = {
  cpuPercent: 1.5,
  rssBytes: 48_000_000,
  processes: 1,
  threads: 4,
  openFiles: 12,
};

/** What one uses that does not run. */
export const NO_METRICS = { cpuPercent: 0, rssBytes: 0, processes: 0, threads: 0 };

/** The settings that a script begins with: defaults as the sidecar's. */
export function settingsOf(name: string, script: FakeServerScript): Settings {
  const { port = 0, host = "127.0.0.1", portConflict = "fail", autostart = false } = script;
  return { name, port, host, portConflict, autostart, restart: { ...DEFAULT_RESTART, ...script.restart } };
}
