/** What a server answered to a request by hand. */
import { useMemo } from "react";
import type { SendRequestResult } from "../../../shared/generated/protocol.js";
import { useLanguage, useText } from "../i18n/index.js";
import { CopyButton } from "../server/copy-button.js";
import { cn } from "../ui/class-names.js";

/** Status, time, headers and body of `answer`. */
export function Answer({ answer }: { answer: SendRequestResult }) {
  const text = useText();
  const language = useLanguage();
  const { status, reason, headers, body, encoding, durationSeconds } = answer;
  const shown = useMemo(() => (encoding === "base64" ? "" : indented(body)), [body, encoding]);
  const milliseconds = Math.max(1, Math.round(durationSeconds * 1000)).toLocaleString(language);
  const names = Object.entries(headers);
  return (
    <section
      aria-label={text("api.answer")}
      className="overflow-hidden rounded-lg border border-border bg-card"
    >
      <div className="flex items-center gap-2.5 px-3.5 py-2">
        <span
          className={cn(
            "rounded-md px-1.5 py-0.5 font-medium text-xs tabular-nums",
            status < 400 ? "bg-running-soft text-running" : "bg-failed-soft text-failed",
          )}
        >
          {`${status} ${reason}`.trim()}
        </span>
        <span className="text-muted-foreground text-xs tabular-nums">
          {text("api.took", { milliseconds })}
        </span>
        {shown !== "" && (
          <CopyButton className="-my-1 ml-auto" content={() => body} label={text("api.copyBody")} />
        )}
      </div>
      <details className="border-border border-t px-3.5 py-1.5 text-xs">
        <summary className="cursor-default text-muted-foreground">
          {text("api.headers", { count: names.length })}
        </summary>
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-3 py-1 font-mono">
          {names.map(([key, value]) => (
            <div key={key} className="contents">
              <dt className="text-muted-foreground">{key}</dt>
              <dd className="break-all">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div className="border-border border-t">
        {shown !== "" ? (
          <pre className="max-h-96 overflow-auto px-3.5 py-2.5 text-xs whitespace-pre-wrap break-all">
            {shown}
          </pre>
        ) : (
          <p className="px-3.5 py-2.5 text-muted-foreground text-xs">
            {body === ""
              ? text("api.empty")
              : text("api.bytes", { size: sizeOf(body).toLocaleString(language) })}
          </p>
        )}
      </div>
    </section>
  );
}

/** JSON as people read it; anything else as it came. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}

/** How many bytes base64 stands for. */
function sizeOf(base64: string): number {
  return (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0);
}
