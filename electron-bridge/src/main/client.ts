/**
 * Asks the sidecar, and remembers what was asked and told, so that a sidecar in place of one that died
 * can be brought to where that was: the same settings, the same servers running.
 */
import type {
  InitializeParams,
  InitializeResult,
  Notifications,
  ServerChanges,
  ServerSpec,
  UpdateServerResponse,
} from "../shared/generated/protocol.js";
import type { Sidecar } from "./sidecar.js";
import type { SidecarKeeper } from "./sidecar-keeper.js";
import { SpecMemory } from "./spec-memory.js";
import { settled } from "./waiting.js";
import { WantedServers } from "./wanted-servers.js";

interface Named {
  name?: unknown;
}

/** The requests of the app and its windows. */
export class Client {
  readonly specs: SpecMemory;
  readonly #wanted = new WantedServers();
  readonly #keeper: SidecarKeeper;

  constructor(servers: Record<string, ServerSpec>, keeper: SidecarKeeper) {
    this.specs = new SpecMemory(servers);
    this.#keeper = keeper;
  }

  /** Sends one request; rejects with a PythonServerError. */
  async request(method: string, params?: unknown): Promise<unknown> {
    const sidecar = await this.#keeper.sidecar();
    const name = nameIn(params, sidecar.result);
    if (name !== undefined && (method === "start" || method === "restart")) this.#wanted.startAsked(name);
    if (name === undefined || method !== "stop") {
      const result = await sidecar.request(method, params);
      this.#remember(method, params, result);
      return result;
    }
    this.#wanted.stopAsked(name);
    try {
      return await sidecar.request(method, params);
    } finally {
      this.#wanted.stopAnswered(name);
    }
  }

  /** The sidecar told something. */
  told(topic: string, params: unknown): void {
    if (topic === "python-server-status") {
      this.#wanted.statusTold(params as Notifications["python-server-status"]);
    } else if (topic === "python-server-stopped") {
      this.#wanted.stoppedTold(params as Notifications["python-server-stopped"]);
    }
  }

  /** The servers were stopped on purpose, or a launch starts afresh. */
  forgetRunning(): void {
    this.#wanted.forget();
  }

  /** Brings a sidecar that was launched in place of another to where that one was. */
  async restore(sidecar: Sidecar): Promise<void> {
    const known = new Set(sidecar.result.servers.map(({ name }) => name));
    const changes = [...this.specs.changes].filter(([name]) => known.has(name));
    await Promise.all(
      changes.map(([name, changes]) => settled(sidecar.request("update_server", { name, changes }))),
    );
    const starts = this.#wanted.names.filter((name) => known.has(name));
    // Accepted is enough: how each start goes is told as its status, to everyone.
    await Promise.all(starts.map((name) => settled(sidecar.request("start", { name, wait: false }))));
  }

  #remember(method: string, params: unknown, result: unknown): void {
    if (method === "update_server") {
      const { success, status } = result as UpdateServerResponse;
      const { name, changes } = params as Named & { changes: ServerChanges };
      if (success) this.specs.changed(status?.name ?? String(name), changes);
    }
    if (method === "initialize") this.specs.replaced((params as InitializeParams | undefined)?.servers ?? {});
  }
}

/** The server that `params` mean, by the sidecar's own rule. */
function nameIn(params: unknown, { servers }: InitializeResult): string | undefined {
  const name = Array.isArray(params) ? params[0] : (params as Named | undefined)?.name;
  if (typeof name === "string") return name;
  const names = servers.map((server) => server.name);
  return names.length === 1 ? names[0] : names.find((known) => known === "default");
}
