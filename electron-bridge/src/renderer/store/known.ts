/** What `apply` works on. Types alone. */
import type { LogRing } from "./log-ring.js";
import type { PythonServerState } from "./state.js";

/** The part of the state that events change. */
export type Known = Omit<PythonServerState, "actions" | "api" | "destroy">;

/** The values that are new. */
export type Change = Partial<Known>;

/** What cannot be known from an event. */
export interface Means {
  /** The page's monotonic clock, in ms. */
  now: number;
  /** Makes a ring for a server that has none. */
  newRing(): LogRing;
}
