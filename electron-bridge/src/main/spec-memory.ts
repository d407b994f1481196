/**
 * The settings of the servers as a sidecar that is launched again has to be told them: those the app
 * gave, with every change that succeeded since. The sidecar itself forgets them when it dies. Pure.
 */
import type { ServerChanges, ServerSpec } from "../shared/generated/protocol.js";

type Settings = Record<string, unknown>;

/** Merged key by key, as the sidecar does; everything else is replaced as a whole. */
const TABLES = new Set(["env", "ready", "health", "stop", "restart", "logs"]);

/** Naming the key replaces the others: they mean nothing beside it. */
const REPLACES: Record<string, readonly string[]> = { app: ["command"], command: ["app", "python", "args"] };

const READY_KINDS = ["http", "tcp", "log", "none"];

/** What `spec`, or earlier changes, are after `changes`. With `keepNulls` the removals of `env` are kept. */
function merged(spec: Settings, changes: Settings, keepNulls: boolean): Settings {
  const given = Object.keys(changes).filter((key) => changes[key] !== undefined);
  const replaced = new Set(given.flatMap((key) => REPLACES[key] ?? []));
  const result = Object.fromEntries(Object.entries(spec).filter(([key]) => !replaced.has(key)));
  for (const key of given) {
    result[key] = TABLES.has(key)
      ? mergedTable(key, result[key] as Settings | undefined, changes[key] as Settings, keepNulls)
      : changes[key];
  }
  return result;
}

function mergedTable(name: string, old: Settings = {}, changes: Settings, keepNulls: boolean): Settings {
  const rivals = name === "ready" && READY_KINDS.some((kind) => kind in changes) ? READY_KINDS : [];
  const kept = Object.entries(old).filter(([key]) => !rivals.includes(key));
  const all = Object.fromEntries([...kept, ...Object.entries(changes)]);
  return keepNulls ? all : Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** Remembers settings by the name of the server. */
export class SpecMemory {
  readonly #specs: Map<string, ServerSpec>;
  /** Of servers that stand in the sidecar's own configuration: only the changes are known. */
  readonly #changes = new Map<string, ServerChanges>();

  constructor(servers: Record<string, ServerSpec>) {
    this.#specs = new Map(Object.entries(servers));
  }

  /** What `initialize` is to say. */
  get servers(): Record<string, ServerSpec> {
    return Object.fromEntries(this.#specs);
  }

  /** What `update_server` is to say again after it. */
  get changes(): ReadonlyMap<string, ServerChanges> {
    return this.#changes;
  }

  /** The app added or replaced servers. */
  replaced(servers: Record<string, ServerSpec>): void {
    for (const [name, spec] of Object.entries(servers)) {
      this.#specs.set(name, spec);
      this.#changes.delete(name);
    }
  }

  /** A change of settings succeeded. */
  changed(name: string, changes: ServerChanges): void {
    const spec = this.#specs.get(name);
    if (spec) this.#specs.set(name, merged({ ...spec }, { ...changes }, false) as ServerSpec);
    else {
      const before = this.#changes.get(name) ?? {};
      this.#changes.set(name, merged({ ...before }, { ...changes }, true) as ServerChanges);
    }
  }
}
