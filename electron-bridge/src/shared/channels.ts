/**
 * The names of the IPC channels between main and renderer, and what travels on them. The one list of
 * both: `main/ipc.ts` answers them, `preload` calls them. Imports types only.
 */

import type { SidecarStatus } from "./api.js";
import type {
  AlertParams,
  LogParams,
  ReadyParams,
  ServerMetrics,
  StatusParams,
  StoppedParams,
} from "./generated/protocol.js";

/** Channels that are invoked by the renderer, each with the sidecar's method behind it. */
export const INVOKE_CHANNELS = {
  "start-python-server": "start",
  "stop-python-server": "stop",
  "restart-python-server": "restart",
  "get-python-server-status": "get_status",
  "list-python-servers": "list_servers",
  "get-python-server-logs": "get_logs",
  "clear-python-server-logs": "clear_logs",
  "update-python-server": "update_server",
  "get-python-server-metrics": "get_metrics",
  "get-python-server-settings": "get_settings",
  "send-python-server-request": "send_request",
} as const;

/** A channel that the renderer may invoke. */
export type InvokeChannel = keyof typeof INVOKE_CHANNELS;

/** The notifications that main sends to every window, by channel; the payload is the first argument. */
export interface NotificationPayloads {
  "python-server-status": StatusParams;
  "python-log": LogParams;
  "python-server-ready": ReadyParams;
  "python-server-stopped": StoppedParams;
  "python-server-metrics": ServerMetrics;
  "python-server-alert": AlertParams;
  "python-sidecar-status": SidecarStatus;
}

/** A channel on which main tells the windows something. */
export type NotificationChannel = keyof NotificationPayloads;

/** The state of the sidecar itself: told by the bridge, not by the sidecar. */
export const SIDECAR_STATUS_CHANNEL = "python-sidecar-status" satisfies NotificationChannel;

/** Asked by a window that opens late: the state of the sidecar now. Answers a `SidecarStatus`. */
export const GET_SIDECAR_STATUS_CHANNEL = "get-python-sidecar-status";

/** Sent by the preload after it has handled a `python-log`: how many characters of text that were. */
export const LOG_RECEIVED_CHANNEL = "python-log-received";
