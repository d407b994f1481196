// Made from protocol.schema.json by `npm run generate`; changes here are lost.

/** The version of the protocol that these types describe. */
export const PROTOCOL_VERSION = "1";

/** The codes that a JSON-RPC error carries. */
export const ErrorCode = {
  /** The message is not JSON, or its header has no valid length. */
  PARSE_ERROR: -32700,
  /** The message is JSON but no request, or it is larger than 8 MiB. */
  INVALID_REQUEST: -32600,
  /** There is no such method. */
  METHOD_NOT_FOUND: -32601,
  /** A parameter is unknown or invalid; `data.field` names it. Nothing changed. */
  INVALID_PARAMS: -32602,
  /** A defect of the sidecar; its log (stderr) has the details. */
  INTERNAL_ERROR: -32603,
  /** No server of that name is configured. */
  UNKNOWN_SERVER: -32001,
  /** The sidecar is shutting down and takes no more commands. */
  SHUTTING_DOWN: -32002,
  /** This client may not do that. */
  NOT_ALLOWED: -32003,
  /** This kind of server cannot do that. */
  NOT_SUPPORTED: -32004,
  /** The server did not answer an HTTP request; the message says why. */
  NO_ANSWER: -32005,
} as const;

/** Every topic of notifications. */
export const TOPICS = [
  "python-server-status",
  "python-log",
  "python-server-ready",
  "python-server-stopped",
  "python-server-metrics",
  "python-server-alert",
] as const;

/** Every method. */
export const METHODS = [
  "initialize",
  "start",
  "stop",
  "restart",
  "get_status",
  "list_servers",
  "get_logs",
  "clear_logs",
  "update_server",
  "get_settings",
  "get_metrics",
  "send_request",
  "shutdown",
  "rpc.discover",
] as const;
