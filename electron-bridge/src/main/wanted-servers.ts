/**
 * Which servers are meant to run, and so have to be started again when the sidecar died. What a status
 * says is not enough: a sidecar that is told to end from outside stops its servers before it goes. Pure.
 */
import type { StatusParams, StoppedParams } from "../shared/generated/protocol.js";

interface Intent {
  wanted: boolean;
  /** Stops that were asked and not yet answered: what is told meanwhile may be older than they. */
  stopping: number;
  status: StatusParams["status"];
  endedByItself: boolean;
}

/** Remembers what was asked and told of each server. */
export class WantedServers {
  readonly #servers = new Map<string, Intent>();

  /** The servers that are meant to run. */
  get names(): string[] {
    return [...this.#servers].filter(([, intent]) => intent.wanted).map(([name]) => name);
  }

  /** A client asks for it to run. */
  startAsked(name: string): void {
    Object.assign(this.#of(name), { wanted: true, stopping: 0 });
  }

  /** A client asks for it to stop; `stopAnswered` follows. */
  stopAsked(name: string): void {
    const intent = this.#of(name);
    intent.wanted = false;
    intent.stopping += 1;
  }

  /** The stop was answered, or nobody is left to answer it. */
  stopAnswered(name: string): void {
    const intent = this.#of(name);
    intent.stopping = Math.max(0, intent.stopping - 1);
  }

  /** The sidecar told a status. */
  statusTold({ name, status }: StatusParams): void {
    const intent = this.#of(name);
    intent.status = status;
    if (status === "starting" || status === "running") {
      intent.endedByItself = false;
      if (intent.stopping === 0) intent.wanted = true;
    }
    if (status === "error") intent.wanted = false;
    this.#judge(intent);
  }

  /** The sidecar told that a process ended. */
  stoppedTold({ name, expected }: StoppedParams): void {
    const intent = this.#of(name);
    intent.endedByItself = !expected;
    this.#judge(intent);
  }

  /** From now on nothing is meant to run. */
  forget(): void {
    this.#servers.clear();
  }

  /** A server that ended by itself and is left stopped has done its work. */
  #judge(intent: Intent): void {
    if (intent.status === "stopped" && intent.endedByItself) intent.wanted = false;
  }

  #of(name: string): Intent {
    const known = this.#servers.get(name);
    if (known) return known;
    const made: Intent = { wanted: false, stopping: 0, status: "stopped", endedByItself: false };
    this.#servers.set(name, made);
    return made;
  }
}
