/** What is shown while the sidecar does not run: a card alone when nothing is known, else a strip above. */
import { CircleAlert, LoaderCircle, RotateCw } from "lucide-react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { withCode } from "../i18n/with-code.js";
import { useFrame } from "../panel-frame.js";
import { Notice } from "../servers/notice.js";
import { Button } from "../ui/button.js";
import { cn } from "../ui/class-names.js";

/** Nothing is known, and the sidecar will not come by itself: what to do. */
export function SidecarFailed() {
  const text = useText();
  const { onRetry } = useFrame();
  const { status, message } = usePythonServer((state) => state.sidecar);
  const failed = status === "failed";
  return (
    <div role="alert" className="flex min-h-0 flex-1 flex-col">
      <Notice
        icon={CircleAlert}
        tone="failed"
        title={text(failed ? "sidecar.failedTitle" : "sidecar.stoppedTitle")}
        why={withCode(message ?? text(failed ? "sidecar.failedWhy" : "sidecar.stoppedWhy"))}
      >
        <p>{text(onRetry ? "sidecar.retryHint" : "sidecar.restartApp")}</p>
        {onRetry && <RetryButton onRetry={onRetry} />}
      </Notice>
    </div>
  );
}

/** Above what is still shown from before. Nothing while the sidecar runs, or is not known to be away. */
export function SidecarTrouble() {
  const text = useText();
  const { onRetry } = useFrame();
  const { status, message } = usePythonServer((state) => state.sidecar);
  if (status === "running" || status === "starting") return null;
  const ended = status === "failed" || status === "stopped";
  const kind = ended ? status : "restarting";
  return (
    <div
      role={ended ? "alert" : "status"}
      className={cn(
        "flex shrink-0 items-start gap-2.5 border-border border-b px-4 py-2.5",
        ended ? "bg-failed-soft" : "bg-changing-soft",
      )}
    >
      {ended ? (
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      ) : (
        <LoaderCircle aria-hidden className="mt-0.5 size-4 shrink-0 animate-spin text-changing" />
      )}
      <div className="min-w-0 flex-1">
        <p className="font-medium">{text(`sidecar.${kind}Title`)}</p>
        <p className="text-xs">
          {withCode(message ?? text(`sidecar.${kind}Why`))} {text("sidecar.stale")}{" "}
          {ended && !onRetry && text("sidecar.restartApp")}
        </p>
      </div>
      {ended && onRetry && <RetryButton onRetry={onRetry} />}
    </div>
  );
}

function RetryButton({ onRetry }: { onRetry: () => void }) {
  const text = useText();
  return (
    <Button size="sm" onClick={onRetry}>
      <RotateCw />
      {text("retry")}
    </Button>
  );
}
