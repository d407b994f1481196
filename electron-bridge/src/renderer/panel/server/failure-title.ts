/** What a failure is called, in a few words: the head of its card, and what a list has room for. */
import type { Text } from "../i18n/index.js";
import type { ShownFailure } from "./failure.js";

/** `undefined` if nothing more is known than that the server does not run. */
export function failureTitle(failure: ShownFailure, text: Text): string | undefined {
  if (failure.refused) return text("server.refused");
  if (failure.survived) return text("server.restartFailed");
  if (failure.gaveUp) return text("server.keepsFailing");
  return failure.code === undefined ? undefined : text(`server.failure-${failure.code}`);
}
