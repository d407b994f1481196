/**
 * Whether a server's old process serves while a new one starts. No status says so; but only such a restart
 * goes from running to starting at once, with no stop and no wait in between.
 */
import { useState } from "react";
import type { PanelServer } from "../../store/state.js";

interface Seen {
  name: string;
  status: PanelServer["status"];
  replacing: boolean;
}

/** `false` too where the beginning of the restart was not seen. */
export function useReplacing({ name, status, retryAt }: PanelServer): boolean {
  const [seen, setSeen] = useState<Seen>({ name, status, replacing: false });
  if (seen.name === name && seen.status === status) return seen.replacing && retryAt === undefined;
  const replacing =
    seen.name === name && seen.status === "running" && status === "starting" && retryAt === undefined;
  setSeen({ name, status, replacing }); // while rendering: no frame shows the state before
  return replacing;
}
