/** What happened, why, and what to do about it. There while its cause is there, above the tabs. */
import { CircleX, X } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { withCode } from "../i18n/with-code.js";
import { Button } from "../ui/button.js";
import { CopyButton } from "./copy-button.js";
import { Cures } from "./cures.js";
import { detailsOf, type ShownFailure, shownFailure } from "./failure.js";
import { failureTitle } from "./failure-title.js";
import { LastLines, useLastLines } from "./last-lines.js";

/** The failure of `server`, if there is one. */
export function FailureCard({ server }: { server: PanelServer }) {
  const { name } = server;
  const failed = usePythonServer((state) => state.failures[name]);
  const pending = usePythonServer((state) => state.pending[name]);
  const since = usePythonServer((state) => state.since[name]);
  const [dismissed, setDismissed] = useState<number>();
  const dismissFailure = usePythonServer((state) => state.actions.dismissFailure);
  const failure = shownFailure(server, failed, pending);
  if (failure === undefined || (dismissed !== undefined && dismissed === since)) return null;
  // Only what does not go by itself can be sent away: a server in `error` stays one.
  const lasts = server.status === "error" && !failure.refused;
  const dismiss = () => {
    if (!failure.refused) setDismissed(since);
    dismissFailure(name);
  };
  return <Card server={server} failure={failure} onDismiss={lasts ? undefined : dismiss} />;
}

interface CardProps {
  server: PanelServer;
  failure: ShownFailure;
  onDismiss: (() => void) | undefined;
}

function Card({ server, failure, onDismiss }: CardProps) {
  const text = useText();
  const title = failureTitle(failure, text) ?? text("server.failed");
  const tail = useLastLines(server.name, failure.tail);
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const card = section.current;
    return () => {
      // A cure that was pressed goes with its card; the focus is not to go with it.
      if (card?.contains(document.activeElement)) card.closest("article")?.focus();
    };
  }, []);
  return (
    <section
      ref={section}
      aria-label={title}
      className="shrink-0 border-border border-b bg-failed-soft px-4 py-3"
    >
      <div className="flex items-start gap-2.5">
        <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
        <div className="grid min-w-0 flex-1 gap-2">
          <div role="alert" className="grid gap-0.5">
            <p className="font-semibold">{title}</p>
            <p>{withCode(failure.message)}</p>
            {failure.hint !== undefined && <p className="text-muted-foreground">{withCode(failure.hint)}</p>}
            {failure.gaveUp && <p className="text-muted-foreground">{text("server.gaveUp")}</p>}
          </div>
          <div className="flex flex-wrap items-start gap-2">
            <Cures server={server} failure={failure} />
            <CopyButton
              content={() => detailsOf(server.name, failure, tail)}
              label={text("server.copyDetails")}
              size="sm"
            >
              {text("server.copyDetails")}
            </CopyButton>
          </div>
          <LastLines lines={tail} />
        </div>
        {onDismiss !== undefined && (
          <Button variant="ghost" size="icon-sm" aria-label={text("server.dismiss")} onClick={onDismiss}>
            <X />
          </Button>
        )}
      </div>
    </section>
  );
}
