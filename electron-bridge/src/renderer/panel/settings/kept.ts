/**
 * What was typed and not saved, and what was saved and waits for a restart: kept while another tab or
 * another server is looked at, as long as the page lives.
 */
import { useState } from "react";
import type { PythonServerApi } from "../../../shared/api.js";
import type { Entries } from "./entries.js";

/** What a form remembers of one server. */
export interface Kept {
  /** The fields that were touched, as they stand. */
  edits: Partial<Entries>;
  /** The process that runs with the settings from before they were saved. */
  savedBeside?: number | undefined;
}

const keptBy = new WeakMap<PythonServerApi, Map<string, Kept>>();

/** What is kept for the server `name`, and how to change it. A component is for one server only. */
export function useKept(api: PythonServerApi, name: string): [Kept, (kept: Kept) => void] {
  const [kept, show] = useState<Kept>(() => keptBy.get(api)?.get(name) ?? { edits: {} });
  const keep = (next: Kept) => {
    const byName = keptBy.get(api) ?? new Map<string, Kept>();
    keptBy.set(api, byName.set(name, next));
    show(next);
  };
  return [kept, keep];
}
