/** What the store holds, as values that a component is drawn anew for. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { PythonServerApi } from "../../shared/api.js";
import type { LogRing } from "../store/log-ring.js";
import type {
  CommandFailure,
  MetricsHistory,
  PanelServer,
  PendingCommand,
  PythonServerActions,
  PythonServerState,
} from "../store/state.js";
import { usePythonServerStore } from "./context.js";

/** The part of the state that `selector` picks. What it returns has to be the same value while nothing changed. */
export function usePythonServer<Selected>(selector: (state: PythonServerState) => Selected): Selected {
  return useStore(usePythonServerStore(), selector);
}

/** The actions; they never change. */
export function usePythonServerActions(): PythonServerActions {
  return usePythonServer((state) => state.actions);
}

/** What the store asks, for what it has no action for. */
export function usePythonServerApi(): PythonServerApi {
  return usePythonServer((state) => state.api);
}

/** The names of all servers, in the order in which the sidecar lists them. */
export function useServerNames(): readonly string[] {
  return usePythonServer(useShallow((state) => Object.keys(state.servers)));
}

/** A server with what the page knows beside its status. */
export interface ServerView {
  /** `undefined` while nothing is known of such a server. */
  server: PanelServer | undefined;
  /** The command that was sent and has not been answered. */
  pending: PendingCommand | undefined;
  failure: CommandFailure | undefined;
  metrics: MetricsHistory | undefined;
  /** When the present status began, on the clock of `useNow`. */
  since: number | undefined;
  /** When it became ready, on the clock of `useNow`; only while running. */
  readyAt: number | undefined;
}

/** Everything about one server but its log. A component that needs less picks less with `usePythonServer`. */
export function useServer(name: string): ServerView {
  return usePythonServer(
    useShallow((state) => ({
      server: state.servers[name],
      pending: state.pending[name],
      failure: state.failures[name],
      metrics: state.metrics[name],
      since: state.since[name],
      readyAt: state.readyAt[name],
    })),
  );
}

const ends = () => {};

/** A number that grows with the log of a server, at most once per frame: the rows are read from the ring. */
export function useLogVersion(name: string): number {
  return useRingVersion(usePythonServer((state) => state.logs[name]));
}

/** The newest rows of a log, oldest first. For few rows: a whole log wants a virtual list over the ring. */
export function useNewestLogRows(name: string, count: number): ReturnType<LogRing["toArray"]> {
  const ring = usePythonServer((state) => state.logs[name]);
  const version = useRingVersion(ring);
  return useMemo(() => {
    // The ring changes in place, so its version stands for its rows.
    void version;
    const from = Math.max(0, (ring?.length ?? 0) - count);
    return Array.from({ length: (ring?.length ?? 0) - from }, (_, index) => ring?.at(from + index)).filter(
      (row) => row !== undefined,
    );
  }, [ring, version, count]);
}

function useRingVersion(ring: LogRing | undefined): number {
  const subscribe = useCallback((changed: () => void) => ring?.subscribe(changed) ?? ends, [ring]);
  return useSyncExternalStore(
    subscribe,
    () => ring?.version ?? 0,
    () => 0,
  );
}
