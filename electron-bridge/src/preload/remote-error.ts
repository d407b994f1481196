/** What main answers when a request was refused, as an error for the page. Knows how Electron wraps it. */

/** Electron puts this before whatever main threw, with the name of the error's class. */
const ELECTRONS_PREFIX = /^Error invoking remote method '[^']*': (?:\w*Error: )?/;

/** Main puts the code behind the message: of an error, IPC carries nothing but its text. */
const CODE_SUFFIX = / \[(-?\d+)\]$/;

/** An error that has the JSON-RPC code it came with. */
export interface CodedError extends Error {
  code?: number;
}

/** The message for people, and the code as a property where main told one. */
export function remoteError(thrown: unknown): CodedError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const message = text.replace(ELECTRONS_PREFIX, "");
  const code = CODE_SUFFIX.exec(message)?.[1];
  const error: CodedError = new Error(message.replace(CODE_SUFFIX, ""), { cause: thrown });
  if (code !== undefined) error.code = Number(code);
  return error;
}
