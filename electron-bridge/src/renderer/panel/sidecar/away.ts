/** Whether there is a sidecar to ask. While there is none, what the page knows is from before. */
import type { SidecarStatus } from "../../../shared/api.js";
import { usePythonServer } from "../../hooks/use-python-server.js";

/** A sidecar that starts for the first time is not away: nothing was known before it. */
export function isAway(status: SidecarStatus["status"]): boolean {
  return status === "stopped" || status === "failed" || status === "restarting";
}

/** `isAway` of the sidecar at present. */
export function useSidecarAway(): boolean {
  return usePythonServer((state) => isAway(state.sidecar.status));
}
