/**
 * Alerts as toasts. An alarm stays until it is dismissed or its recovery comes; the store holds them, so a
 * reloaded page, whose store begins empty, shows none again.
 *
 * Radix's toasts and not a library with a list of its own: the store's is the only one, and no style sheet is
 * put into the page.
 */
import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { Toast } from "radix-ui";
import { useMemo } from "react";
import { createPortal } from "react-dom";
import type { AlertKind } from "../../../shared/generated/protocol.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { formatMoment, formatTime } from "../i18n/formats.js";
import { type TextKey, useLanguage, useText } from "../i18n/index.js";
import { withCode } from "../i18n/with-code.js";
import { Button } from "../ui/button.js";
import { usePortalContainer } from "../ui/portal-container.js";
import { isRecovery, type StandingAlert, standingAlerts } from "./standing-alerts.js";

/** More would cover the page; the others wait until there is room. */
const SHOWN_AT_ONCE = 3;

/** Long enough to be read twice. */
const RECOVERY_SHOWN_MS = 8_000;

const TITLES: Record<AlertKind, TextKey> = {
  "heartbeat-timeout": "alerts.heartbeatTimeout",
  "heartbeat-recovered": "alerts.heartbeatRecovered",
  unhealthy: "alerts.unhealthy",
  "restart-limit": "alerts.restartLimit",
  "host-unreachable": "alerts.hostUnreachable",
  "host-recovered": "alerts.hostRecovered",
};

/** With `only`, the alerts of that server and of the host it runs on. */
export function AlertToasts({ only }: { only?: string | undefined }) {
  const text = useText();
  const container = usePortalContainer();
  const alerts = usePythonServer((state) => state.alerts);
  const dismissAlert = usePythonServer((state) => state.actions.dismissAlert);
  const host = usePythonServer((state) =>
    only === undefined ? undefined : state.servers[only]?.supervisor?.host,
  );
  const standing = useMemo(
    () =>
      standingAlerts(alerts).filter(({ alert }) => only === undefined || [only, host].includes(alert.name)),
    [alerts, only, host],
  );
  if (!container) return null;

  const dismiss = (some: readonly StandingAlert[]) => {
    for (const { ids } of some) ids.forEach(dismissAlert);
  };
  const shown = standing.slice(-SHOWN_AT_ONCE);
  const waiting = standing.length - shown.length;
  return createPortal(
    <Toast.Provider label={text("alerts.region", { hotkey: "F8" })} swipeDirection="right">
      {shown.map((one) => (
        <AlertToast key={one.alert.id} alert={one.alert} onDismiss={() => dismiss([one])} />
      ))}
      <div className="pointer-events-none fixed right-3 bottom-3 z-40 flex w-88 max-w-[calc(100%-1.5rem)] flex-col items-stretch gap-2">
        {waiting > 0 && (
          <div className="pointer-events-auto flex items-center justify-between rounded-md border border-border bg-popover py-1 pr-1 pl-3 text-muted-foreground text-xs shadow-md">
            {text("alerts.more", { count: waiting })}
            <Button variant="ghost" size="sm" onClick={() => dismiss(standing)}>
              {text("alerts.dismissAll")}
            </Button>
          </div>
        )}
        <Toast.Viewport
          label={text("alerts.region", { hotkey: "{hotkey}" })}
          className="flex flex-col gap-2 outline-none"
        />
      </div>
    </Toast.Provider>,
    container,
  );
}

function AlertToast({ alert, onDismiss }: { alert: StandingAlert["alert"]; onDismiss: () => void }) {
  const text = useText();
  const language = useLanguage();
  const recovered = isRecovery(alert.kind);
  const Icon = recovered ? CircleCheck : TriangleAlert;
  return (
    <Toast.Root
      type="background" // announced when the reader has come to a pause
      duration={recovered ? RECOVERY_SHOWN_MS : Number.POSITIVE_INFINITY}
      onOpenChange={(open) => open || onDismiss()}
      className="fade-in-0 slide-in-from-right-4 pointer-events-auto flex animate-in items-start gap-2.5 rounded-lg border border-border bg-popover p-3 text-popover-foreground shadow-lg outline-none focus-visible:ring-2 focus-visible:ring-ring"
    >
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${recovered ? "text-running" : "text-failed"}`} />
      <div className="min-w-0 flex-1">
        <Toast.Title className="font-medium">
          {alert.name} · {text(TITLES[alert.kind])}
        </Toast.Title>
        <Toast.Description className="text-muted-foreground text-xs">
          {withCode(alert.message)}
        </Toast.Description>
        <time
          dateTime={alert.time}
          title={formatMoment(alert.time, language)}
          className="text-muted-foreground text-xs tabular-nums"
        >
          {formatTime(alert.time, language)}
        </time>
      </div>
      <Toast.Close asChild>
        <Button variant="ghost" size="icon-sm" aria-label={text("close")} className="-mt-1 -mr-1">
          <X />
        </Button>
      </Toast.Close>
    </Toast.Root>
  );
}
