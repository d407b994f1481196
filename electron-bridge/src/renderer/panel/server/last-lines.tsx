/** What a server said last, folded: often the cause stands there. */
import { useSyncExternalStore } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { LogRing } from "../../store/log-ring.js";
import { useText } from "../i18n/index.js";
import { stripAnsi } from "../logs/ansi.js";

/** Enough for the end of a traceback. */
const LINES = 12;

const NO_LINES: readonly string[] = [];

/** `given` if there are any, otherwise the newest lines of stderr in the log of the server `name`. */
export function useLastLines(name: string, given: readonly string[]): readonly string[] {
  const ring = usePythonServer((state) => state.logs[name]);
  useSyncExternalStore(
    (changed) => ring?.subscribe(changed) ?? noEnd,
    () => ring?.version ?? 0,
  );
  const lines = given.length > 0 ? given.slice(-LINES) : newestOfStderr(ring);
  return lines.map(stripAnsi);
}

const noEnd = () => {};

function newestOfStderr(ring: LogRing | undefined): readonly string[] {
  if (ring === undefined) return NO_LINES;
  const lines: string[] = [];
  for (let index = ring.length - 1; index >= 0 && lines.length < LINES; index--) {
    const row = ring.at(index);
    if (row !== undefined && !("gap" in row) && row.stream === "stderr") lines.unshift(row.text);
  }
  return lines;
}

/** Nothing without lines. */
export function LastLines({ lines }: { lines: readonly string[] }) {
  const text = useText();
  if (lines.length === 0) return null;
  return (
    <details className="group min-w-0 text-xs">
      <summary className="w-fit cursor-default rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring">
        {text("server.lastLines")}
      </summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled, so it must be reachable
        tabIndex={0}
        className="mt-1.5 max-h-40 overflow-auto rounded-md border border-border bg-background p-2 font-mono leading-5 outline-none focus-visible:ring-2 focus-visible:ring-ring"
      >
        {lines.join("\n")}
      </pre>
    </details>
  );
}
