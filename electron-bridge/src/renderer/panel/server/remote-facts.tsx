/** What is to be known of a server on another host, which Supervisor runs there. */
import { TriangleAlert } from "lucide-react";
import { useNow } from "../../hooks/use-now.js";
import type { PanelServer } from "../../store/state.js";
import { formatDuration, formatMoment } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Fact } from "./fact.js";

/** Supervisor's address, the program there and the age of the last heartbeat. */
export function RemoteFacts({ server }: { server: PanelServer }) {
  const text = useText();
  if (server.kind !== "supervisor") return null;
  const { supervisor } = server;
  return (
    <>
      {supervisor !== undefined && (
        <Fact label="server.supervisor">
          {supervisor.host}:{supervisor.port} · {supervisor.program}
        </Fact>
      )}
      <Fact label="server.lastHeartbeat">
        {server.lastHeartbeat === undefined ? text("server.never") : <Age of={server.lastHeartbeat} />}
      </Fact>
    </>
  );
}

const TICK_MS = 1000;

function Age({ of: moment }: { of: string }) {
  const text = useText();
  const language = useLanguage();
  useNow(TICK_MS);
  const seconds = (Date.now() - Date.parse(moment)) / 1000;
  return (
    <time dateTime={moment} title={formatMoment(moment, language)}>
      {text("server.ago", { duration: formatDuration(seconds, text) })}
    </time>
  );
}

/** Where the registry, the heartbeat and Supervisor disagree, in words. Nothing if all agree. */
export function Conditions({ server }: { server: PanelServer }) {
  const text = useText();
  if (server.conditions.length === 0) return null;
  return (
    <ul aria-label={text("server.conditions")} className="grid gap-1 bg-changing-soft px-4 py-2 text-xs">
      {server.conditions.map((condition) => (
        <li key={condition} className="flex items-start gap-1.5">
          <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0 text-changing" />
          <span>
            <span className="font-semibold">{text(`server.condition-${condition}`)}</span>{" "}
            {text(`server.condition-${condition}-why`)}
          </span>
        </li>
      ))}
    </ul>
  );
}
