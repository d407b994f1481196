/** What a page does: each action asks, and puts into the state that it asked and what was answered. */
import type { PythonServerApi, StopOptions } from "../../shared/api.js";
import type { ServerControlResponse } from "../../shared/generated/protocol.js";
import type { PanelEvent, PendingCommand, PythonServerActions, PythonServerState } from "./state.js";

/** The most lines that one request for a gap asks for. */
const GAP_PAGE = 5_000;

/** What actions need of the store. */
export interface ActionTarget {
  getState(): PythonServerState;
  setState(change: Partial<PythonServerState>): void;
  dispatch(event: PanelEvent): void;
}

/** The actions of a store over `api`. */
export function createActions(api: PythonServerApi, target: ActionTarget): PythonServerActions {
  const { getState, setState, dispatch } = target;

  async function command(
    given: string | undefined,
    kind: PendingCommand,
    ask: () => Promise<ServerControlResponse>,
  ): Promise<ServerControlResponse | undefined> {
    const name = given ?? onlyName(getState());
    if (name !== undefined) dispatch({ type: "command-sent", name, command: kind });
    try {
      const response = await ask();
      dispatch({
        type: "command-answered",
        name: response.status?.name ?? name ?? "",
        command: kind,
        response,
      });
      return response;
    } catch (error) {
      dispatch({ type: "command-rejected", name: name ?? "", command: kind, message: textOf(error) });
      return undefined;
    }
  }

  /** What is asked beside commands: a refusal is told, never thrown. */
  async function quietly(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      setState({ lastMessage: textOf(error) });
    }
  }

  return {
    startServer: (name) => command(name, "start", () => api.start(name)),
    stopServer: (options) =>
      command(nameOf(options), isForced(options) ? "force-stop" : "stop", () => api.stop(options)),
    restartServer: (options) => command(nameOf(options), "restart", () => api.restart(options)),
    refreshStatus: (name) =>
      quietly(async () => {
        if (name === undefined) dispatch({ type: "hydrated", servers: await api.list() });
        else dispatch({ type: "status", status: await api.getStatus(name) });
      }),
    clearLogs: (name) =>
      quietly(async () => {
        await api.clearLogs(name);
        const cleared = name ?? onlyName(getState());
        if (cleared !== undefined) dispatch({ type: "logs-cleared", name: cleared });
      }),
    loadLogs: (name, after, before) =>
      quietly(async () => {
        const limit = Math.min(before - after - 1, GAP_PAGE);
        const { entries, next } = await api.getLogs({ name, after, limit });
        const wanted = entries.filter((entry) => entry.seq < before);
        getState().logs[name]?.fill(wanted, after, Math.min(before, next + 1));
      }),
    dismissAlert: (id) => setState({ alerts: getState().alerts.filter((alert) => alert.id !== id) }),
    dismissFailure: (name) => {
      const { [name]: _, ...failures } = getState().failures;
      setState({ failures });
    },
  };
}

function nameOf(options: string | StopOptions | undefined): string | undefined {
  return typeof options === "object" ? options.name : options;
}

function isForced(options: string | StopOptions | undefined): boolean {
  return typeof options === "object" && options.force === true;
}

/** The server that is meant when none is named: the only one, or the one called `default`. */
function onlyName({ servers }: PythonServerState): string | undefined {
  const names = Object.keys(servers);
  return names.length === 1 ? names[0] : names.find((name) => name === "default");
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
