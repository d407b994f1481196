/** What is to be known of a server at a glance: process, port, uptime, restarts, health, how it ended. */
import { useNow } from "../../hooks/use-now.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { formatDuration, formatMoment } from "../i18n/formats.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Fact } from "./fact.js";
import { Load } from "./load.js";
import { RemoteFacts } from "./remote-facts.js";

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/;

export interface FactsProps {
  server: PanelServer;
  /** Whether somebody is there who tells them: what is from before does not go on counting. */
  current: boolean;
}

/** The facts of `server`, each only while it says something. */
export function Facts({ server, current }: FactsProps) {
  const text = useText();
  const { name, status } = server;
  const readyAt = usePythonServer((state) => state.readyAt[name]);
  const running = current && status === "running";
  const ended = status === "stopped" || status === "error";
  return (
    <dl className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted-foreground text-xs">
      {server.pid !== undefined && <Fact label="pid">{server.pid}</Fact>}
      {server.port > 0 && <Fact label="port">{server.port}</Fact>}
      {server.kind === "local" && !LOOPBACK.test(server.host) && <Fact label="host">{server.host}</Fact>}
      {running && readyAt !== undefined && (
        <Fact label="uptime">
          <Uptime readyAt={readyAt} />
        </Fact>
      )}
      {server.kind === "local" && <Fact label="restarts">{server.restarts}</Fact>}
      {running && server.health !== undefined && (
        <Fact
          label="server.health"
          className={server.health === "healthy" ? "text-running" : "text-changing"}
        >
          {text(`server.${server.health}`)}
        </Fact>
      )}
      {ended && server.signal !== undefined && <Fact label="server.signal">{server.signal}</Fact>}
      {ended && server.exitCode !== undefined && <Fact label="server.exitCode">{server.exitCode}</Fact>}
      <RemoteFacts server={server} />
      {running && <Load name={name} />}
    </dl>
  );
}

const TICK_MS = 1000;

function Uptime({ readyAt }: { readyAt: number }) {
  const text = useText();
  const language = useLanguage();
  const seconds = (useNow(TICK_MS) - readyAt) / 1000;
  const moment = new Date(performance.timeOrigin + readyAt).toISOString();
  return (
    <time dateTime={moment} title={text("server.since", { moment: formatMoment(moment, language) })}>
      {formatDuration(seconds, text)}
    </time>
  );
}
