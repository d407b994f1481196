/**
 * Alerts as toasts. An alarm stays until it is dismissed, its cause has gone, or its server has been looked at,
 * which says the same in a card; the store holds them, so a reloaded page, whose store begins empty, shows none
 * again. Where there is a list of servers they stand below it, and cover nothing.
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
import { cn } from "../ui/class-names.js";
import { usePortalContainer } from "../ui/portal-container.js";
import { isRecovery, isSaidInDetail, type StandingAlert, standingAlerts } from "./standing-alerts.js";
import { useEndedAlarms } from "./use-ended-alarms.js";

/** More would cover the page; the others wait until there is room. */
const SHOWN_AT_ONCE = 3;

/** Long enough to be read twice. Radix counts only while the window is looked at. */
const READ_WITHIN_MS = 8_000;

const TITLES: Record<AlertKind, TextKey> = {
  "heartbeat-timeout": "alerts.heartbeatTimeout",
  "heartbeat-recovered": "alerts.heartbeatRecovered",
  unhealthy: "alerts.unhealthy",
  "restart-limit": "alerts.restartLimit",
  "host-unreachable": "alerts.hostUnreachable",
  "host-recovered": "alerts.hostRecovered",
};

export interface AlertToastsProps {
  /** Only the alerts of this server and of the host it runs on. */
  only?: string | undefined;
  /** The server that is looked at. */
  shown: string | undefined;
  /** Looks at another one. Without it there is nothing to choose. */
  onShow?: ((name: string) => void) | undefined;
  /** Below the list of servers, as long as that stands at the side; else above what is in the corner. */
  docked?: boolean;
}

const FLOATING = "fixed right-3 bottom-14 z-40 w-88 max-w-[calc(100%-1.5rem)]"; // a form's buttons are below it
const DOCKED =
  "max-h-3/5 shrink-0 overflow-y-auto p-2 empty:hidden @max-[720px]/panel:fixed @max-[720px]/panel:right-3 @max-[720px]/panel:bottom-14 @max-[720px]/panel:z-40 @max-[720px]/panel:w-88 @max-[720px]/panel:max-w-[calc(100%-1.5rem)] @max-[720px]/panel:p-0";

export function AlertToasts({ only, shown, onShow, docked = false }: AlertToastsProps) {
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
  useEndedAlarms(standing);
  if (!container) return null;

  const dismiss = (some: readonly StandingAlert[]) => {
    for (const { ids } of some) ids.forEach(dismissAlert);
  };
  const newest = standing.slice(-SHOWN_AT_ONCE);
  const waiting = standing.length - newest.length;
  const toasts = (
    <Toast.Provider label={text("alerts.region", { hotkey: "F8" })} swipeDirection="right">
      {newest.map((one) => (
        <AlertToast
          key={one.alert.id}
          alert={one.alert}
          looksAt={one.alert.name === shown}
          onShow={onShow}
          onDismiss={() => dismiss([one])}
        />
      ))}
      <div
        className={cn(
          "pointer-events-none flex flex-col items-stretch gap-2",
          docked ? DOCKED : FLOATING,
          standing.length === 0 && "hidden",
        )}
      >
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
    </Toast.Provider>
  );
  return docked ? toasts : createPortal(toasts, container);
}

interface AlertToastProps {
  alert: StandingAlert["alert"];
  /** Its server is the one that is looked at. */
  looksAt: boolean;
  onShow: ((name: string) => void) | undefined;
  onDismiss: () => void;
}

function AlertToast({ alert, looksAt, onShow, onDismiss }: AlertToastProps) {
  const text = useText();
  const language = useLanguage();
  const isServer = usePythonServer((state) => Object.hasOwn(state.servers, alert.name));
  const recovered = isRecovery(alert.kind);
  const passes = recovered || (looksAt && isSaidInDetail(alert.kind));
  const Icon = recovered ? CircleCheck : TriangleAlert;
  return (
    <Toast.Root
      type="background" // announced when the reader has come to a pause
      duration={passes ? READ_WITHIN_MS : Number.POSITIVE_INFINITY}
      onOpenChange={(open) => open || onDismiss()}
      className="fade-in-0 slide-in-from-right-4 pointer-events-auto flex animate-in items-start gap-2.5 rounded-lg border border-border bg-popover p-3 text-popover-foreground shadow-lg outline-none focus-visible:ring-2 focus-visible:ring-ring"
    >
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${recovered ? "text-running" : "text-failed"}`} />
      <div className="min-w-0 flex-1">
        <Toast.Title className="font-medium">
          {alert.name} · {text(TITLES[alert.kind])}
        </Toast.Title>
        <Toast.Description
          className="line-clamp-3 text-muted-foreground text-xs @max-[720px]/panel:line-clamp-1"
          title={alert.message}
        >
          {withCode(alert.message)}
        </Toast.Description>
        <div className="mt-0.5 flex items-center gap-3 text-xs">
          <time
            dateTime={alert.time}
            title={formatMoment(alert.time, language)}
            className="text-muted-foreground tabular-nums"
          >
            {formatTime(alert.time, language)}
          </time>
          {onShow && isServer && !looksAt && (
            <button
              type="button"
              onClick={() => onShow(alert.name)}
              className="rounded-sm font-medium text-primary outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
            >
              {text("alerts.show", { name: alert.name })}
            </button>
          )}
        </div>
      </div>
      <Toast.Close asChild>
        <Button variant="ghost" size="icon-sm" aria-label={text("close")} className="-mt-1 -mr-1">
          <X />
        </Button>
      </Toast.Close>
    </Toast.Root>
  );
}
