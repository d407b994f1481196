/** Where a server answers: a link for the browser while it runs, and a way to copy it. */
import { ExternalLink } from "lucide-react";
import { useText } from "../i18n/index.js";
import { cn } from "../ui/class-names.js";
import { CopyButton } from "./copy-button.js";

/** `answers`: whether there is somebody behind `url` now. Nothing but http and https becomes a link. */
export function ServerAddress({ url, answers }: { url: string; answers: boolean }) {
  const text = useText();
  const shape = "truncate rounded-sm font-mono text-xs";
  return (
    <div className="flex min-w-0 items-center gap-0.5">
      {answers && /^https?:/.test(url) ? (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={text("server.openUrl", { url })}
          className={cn(
            shape,
            "inline-flex min-w-0 items-center gap-1.5 text-primary underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring",
          )}
        >
          <span className="truncate">{url}</span>
          <ExternalLink aria-hidden className="size-3 shrink-0 opacity-70" />
        </a>
      ) : (
        <span className={cn(shape, "text-muted-foreground")}>{url}</span>
      )}
      <CopyButton
        content={() => url}
        label={text("server.copyUrl")}
        className="size-6 text-muted-foreground"
      />
    </div>
  );
}
