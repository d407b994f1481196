/** One server in the process table, with the commands that its state allows. */
import { Loader2, type LucideIcon, OctagonX, Play, RotateCw, Square, X } from "lucide-react";
import type { ReactNode } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { formatDuration, formatMegabytes, formatPercent } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { type Offer, offersOf } from "../server/offered-commands.js";
import { StateBadge } from "../server/state-badge.js";
import { useCommands } from "../server/use-commands.js";
import { useReplacing } from "../server/use-replacing.js";
import { useSidecarAway } from "../sidecar/away.js";
import { Button } from "../ui/button.js";
import { cn } from "../ui/class-names.js";
import { Tooltip } from "../ui/tooltip.js";
import { troublesOf } from "./conditions.js";
import { hostOf, type TableRow } from "./table-columns.js";

const NONE = "–";

export function ProcessRow({ row: { server, sample, uptime } }: { row: TableRow }) {
  const text = useText();
  const language = useLanguage();
  const since = usePythonServer((state) => state.since[server.name]);
  const away = useSidecarAway();
  const troubles = away ? [] : troublesOf(server, text);
  return (
    <tr className="group/row border-border border-b hover:bg-muted">
      <Cell>
        <StateBadge
          status={server.status}
          unreachable={server.conditions.includes("unreachable")}
          away={away}
          since={since}
          className="flex"
        />
      </Cell>
      <th scope="row" className="max-w-60 px-3 py-2 text-left font-medium">
        <span className="block truncate">{server.name}</span>
        {troubles.map((trouble) => (
          <span key={trouble} className="block truncate font-normal text-changing text-xs">
            {trouble}
          </span>
        ))}
        {server.status === "error" && server.lastError !== undefined && (
          <span
            className="line-clamp-2 font-normal text-failed text-xs whitespace-normal"
            title={server.lastError}
          >
            {server.lastError}
          </span>
        )}
      </th>
      <Cell numeric>{server.pid ?? NONE}</Cell>
      <Cell numeric>{server.port > 0 ? server.port : NONE}</Cell>
      <Cell>{hostOf(server)}</Cell>
      <Cell numeric>{sample && !away ? formatPercent(sample.cpuPercent, language) : NONE}</Cell>
      <Cell numeric>{sample && !away ? formatMegabytes(sample.rssBytes, language) : NONE}</Cell>
      <Cell numeric>{uptime === undefined || away ? NONE : formatDuration(uptime, text)}</Cell>
      <Cell numeric>{server.restarts}</Cell>
      <td className="sticky right-0 border-border bg-background px-3 py-1 group-hover/row:bg-muted @max-[900px]/panel:border-l">
        <Commands server={server} />
      </td>
    </tr>
  );
}

function Cell({ numeric = false, children }: { numeric?: boolean; children: ReactNode }) {
  return <td className={cn("px-3 py-2", numeric && "text-right tabular-nums")}>{children}</td>;
}

const STOP_ICONS: Partial<Record<Offer["label"], LucideIcon>> = { cancel: X, forceStop: OctagonX };

function Commands({ server }: { server: TableRow["server"] }) {
  const pending = usePythonServer((state) => state.pending[server.name]);
  const sidecar = usePythonServer((state) => state.sidecar.status);
  const { send, ask, dialog } = useCommands(server.name);
  const { start, restart, stop } = offersOf(server, pending, sidecar, useReplacing(server));
  const press = (offer: Offer, button: HTMLElement) => {
    if (offer.asks && offer.command !== "start") ask(offer.command, button);
    else send(offer.command);
  };
  return (
    <div className="flex justify-end gap-0.5">
      <IconCommand offer={start} name={server.name} icon={Play} onPress={press} />
      <IconCommand offer={restart} name={server.name} icon={RotateCw} onPress={press} />
      <IconCommand offer={stop} name={server.name} icon={STOP_ICONS[stop.label] ?? Square} onPress={press} />
      {dialog}
    </div>
  );
}

interface IconCommandProps {
  offer: Offer;
  name: string;
  icon: LucideIcon;
  onPress: (offer: Offer, button: HTMLElement) => void;
}

function IconCommand({ offer, name, icon: Icon, onPress }: IconCommandProps) {
  const text = useText();
  const action = text(offer.label);
  return (
    <Tooltip text={offer.why ? text(offer.why) : action}>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={text("servers.actionFor", { action, name })}
        aria-disabled={offer.why !== undefined}
        aria-busy={offer.busy}
        onClick={(event) => {
          if (offer.why === undefined) onPress(offer, event.currentTarget);
        }}
      >
        {offer.busy ? <Loader2 className="animate-spin" /> : <Icon />}
      </Button>
    </Tooltip>
  );
}
