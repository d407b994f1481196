/**
 * Which is newer: the answer to a question, or what was told while it was under way? What was told, always:
 * had something changed between the two, that would have been told as well.
 */
import type { PanelServer } from "./state.js";

type Servers = Readonly<Record<string, PanelServer>>;

/** Knows whose status was told when. */
export class Snapshots {
  #count = 0;
  readonly #told = new Map<string, number>();

  /** Notes that the status of a server was told. */
  told(name: string): void {
    this.#count += 1;
    this.#told.set(name, this.#count);
  }

  /** Call it when asking. The result says whether the status of a server was told since. */
  ask(): (name: string) => boolean {
    const asked = this.#count;
    return (name) => (this.#told.get(name) ?? 0) > asked;
  }
}

/** The servers of a list, each as it is known newest; one that was told since the list was asked for stays. */
export function newestOf(
  listed: readonly PanelServer[],
  known: Servers,
  toldSince: (name: string) => boolean,
): PanelServer[] {
  const names = new Set(listed.map(({ name }) => name));
  const newer = (server: PanelServer) => (toldSince(server.name) && known[server.name]) || server;
  const unlisted = Object.values(known).filter(({ name }) => !names.has(name) && toldSince(name));
  return [...listed.map(newer), ...unlisted];
}
