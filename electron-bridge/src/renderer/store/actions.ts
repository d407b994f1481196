/** What a page does: each action asks, and puts into the state that it asked and what was answered. */
import type { PythonServerApi, StopOptions } from "../../shared/api.js";
import type { ServerControlResponse } from "../../shared/generated/protocol.js";
import { readLines } from "./read-lines.js";
import { newestOf, type Snapshots } from "./snapshots.js";
import type { PanelEvent, PendingCommand, PythonServerActions, PythonServerState } from "./state.js";

/** What actions need of the store. */
export interface ActionTarget {
  getState(): PythonServerState;
  setState(change: Partial<PythonServerState>): void;
  dispatch(event: PanelEvent): void;
  snapshots: Snapshots;
}

/** The actions of a store over `api`. None of them rejects. */
export function createActions(api: PythonServerApi, target: ActionTarget): PythonServerActions {
  const { getState, setState, dispatch, snapshots } = target;

  async function command(
    given: string | undefined,
    kind: PendingCommand,
    ask: () => Promise<ServerControlResponse>,
  ): Promise<ServerControlResponse | undefined> {
    // Without any name to note it under, the sidecar answers which names there are.
    const name = given ?? impliedName(getState());
    if (name !== undefined) dispatch({ type: "command-sent", name, command: kind });
    try {
      const response = await ask();
      if (name === undefined) setState({ lastMessage: response.message });
      else dispatch({ type: "command-answered", name, command: kind, response });
      return response;
    } catch (error) {
      const message = messageOf(error);
      if (name === undefined) setState({ lastMessage: message });
      else dispatch({ type: "command-rejected", name, command: kind, message });
      return undefined;
    }
  }

  /** What is asked beside commands: a refusal is told, never thrown. */
  async function quietly(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      setState({ lastMessage: messageOf(error) });
    }
  }

  return {
    startServer: (name) => command(name, "start", async () => api.start(name)),
    stopServer: (options) =>
      command(nameOf(options), isForced(options) ? "force-stop" : "stop", async () => api.stop(options)),
    restartServer: (options) => command(nameOf(options), "restart", async () => api.restart(options)),
    refreshStatus: (name) =>
      quietly(async () => {
        const toldSince = snapshots.ask();
        if (name === undefined) {
          const listed = await api.list();
          dispatch({ type: "hydrated", servers: newestOf(listed, getState().servers, toldSince) });
          return;
        }
        const status = await api.getStatus(name);
        if (!toldSince(name)) dispatch({ type: "status", status });
      }),
    clearLogs: (name) =>
      quietly(async () => {
        await api.clearLogs(name);
        const cleared = name ?? impliedName(getState());
        if (cleared !== undefined) dispatch({ type: "logs-cleared", name: cleared });
      }),
    loadLogs: (name, after, before) =>
      quietly(async () => {
        const ring = getState().logs[name];
        if (!ring) return;
        // More than it holds need not be read.
        const from = Math.max(after, before - 1 - ring.capacity);
        ring.fill(await readLines(api, name, from, before), from, before);
      }),
    dismissAlert: (id) => dispatch({ type: "alert-dismissed", id }),
    dismissFailure: (name) => dispatch({ type: "failure-dismissed", name }),
  };
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nameOf(options: string | StopOptions | undefined): string | undefined {
  return typeof options === "object" ? options.name : options;
}

function isForced(options: string | StopOptions | undefined): boolean {
  return typeof options === "object" && options.force === true;
}

/** The server that is meant when none is named: the only one, or the one called `default`. */
function impliedName({ servers }: PythonServerState): string | undefined {
  const names = Object.keys(servers);
  return names.length === 1 ? names[0] : names.find((name) => name === "default");
}
