/** A sentence of the sidecar's, in which settings and commands stand between backticks, as it is shown. */
import type { ReactNode } from "react";

/** The parts of `sentence`, those between backticks as code. */
export function withCode(sentence: string): ReactNode[] {
  return sentence.split(/`([^`]+)`/).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence have no other name
    index % 2 === 0 ? part : <code key={index}>{part}</code>,
  );
}
