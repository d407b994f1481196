/** The one error that this package rejects with, and the codes that are its own. */

/** The bridge has no sidecar to ask: it does not run, has just died, or the bridge was closed. */
export const SIDECAR_UNAVAILABLE = -32000;

/** Why something could not be asked or was refused. `message` is for people. */
export class PythonServerError extends Error {
  override readonly name = "PythonServerError";

  /**
   * @param code the JSON-RPC error code; -32000 when there is no sidecar to ask
   * @param data details, as `{field: "servers.api.port"}`
   */
  constructor(
    message: string,
    readonly code: number,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells the developer of something that must not stop anybody else: a listener or a window that threw. */
export function warn(what: string, error: unknown): void {
  process.emitWarning(`${what}: ${messageOf(error)}`, { type: "PythonServerWarning" });
}
