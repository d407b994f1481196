/** What a request over the WebSocket rejects with. */

/** There is no connection to ask on: it is not there, was lost, or was closed. */
export const NOT_CONNECTED = -32000;

/** Why nothing could be asked, or why it was refused. `message` is for people. */
export class WebRequestError extends Error {
  override readonly name = "WebRequestError";

  /**
   * @param code the JSON-RPC error code; -32000 where there was no connection or no answer
   * @param data details, as `{field: "changes.port"}`
   */
  constructor(
    message: string,
    readonly code: number,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** The connection went while an answer was awaited: whether the sidecar did it is not known. */
export class ConnectionLost extends WebRequestError {
  constructor(method: string) {
    super(
      `the connection to the sidecar was lost before \`${method}\` was answered; the server's status tells what became of it`,
      NOT_CONNECTED,
    );
  }
}

/** No answer came in time. */
export class NoAnswerInTime extends WebRequestError {
  constructor(method: string, seconds: number) {
    super(`the sidecar did not answer \`${method}\` within ${seconds} s; try again`, NOT_CONNECTED);
  }
}
