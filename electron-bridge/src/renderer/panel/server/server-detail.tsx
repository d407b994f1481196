/** Everything about one server, from top to bottom: is it running, if not why, and what it says. */
import { useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { useSidecarAway } from "../sidecar/away.js";
import { Skeleton } from "../ui/skeleton.js";
import { Controls } from "./controls.js";
import { DetailTabs, type View } from "./detail-tabs.js";
import { Facts } from "./facts.js";
import { FailureCard } from "./failure-card.js";
import { Progress } from "./progress.js";
import { Conditions } from "./remote-facts.js";
import { ServerAddress } from "./server-address.js";
import { StateBadge } from "./state-badge.js";
import { UnhealthyCard } from "./unhealthy-card.js";
import { useReplacing } from "./use-replacing.js";

/** The server `name`, in the height that its place gives. The chosen tab stays when the server changes. */
export function ServerDetail({ name }: { name: string }) {
  const [view, setView] = useState<View>("logs");
  const server = usePythonServer((state) => state.servers[name]);
  const hydrated = usePythonServer((state) => state.hydrated);
  if (server === undefined) return hydrated ? <Unknown name={name} /> : <Loading />;
  return (
    <article
      aria-label={name}
      tabIndex={-1} // takes the focus over from what goes away within
      className="flex h-full min-h-0 min-w-0 flex-1 flex-col overflow-y-auto bg-background outline-none"
    >
      <Head server={server} />
      <Conditions server={server} />
      <UnhealthyCard server={server} />
      <FailureCard key={name} server={server} />
      <DetailTabs name={name} view={view} onView={setView} />
    </article>
  );
}

function Head({ server }: { server: PanelServer }) {
  const text = useText();
  const since = usePythonServer((state) => state.since[server.name]);
  const replacing = useReplacing(server);
  const away = useSidecarAway();
  const unreachable = away || server.conditions.includes("unreachable");
  return (
    <>
      <header className="grid shrink-0 gap-2.5 px-4 pt-3.5 pb-3">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2.5">
          <div className="grid min-w-0 flex-[1_1_16rem] gap-0.5">
            <div className="flex min-w-0 items-center gap-2.5">
              <h2 title={server.name} className="truncate font-semibold text-base">
                {server.name}
              </h2>
              <StateBadge status={server.status} unreachable={unreachable} away={away} since={since} />
            </div>
            {server.url !== undefined && (
              <ServerAddress url={server.url} answers={!away && (server.status === "running" || replacing)} />
            )}
          </div>
          <Controls key={server.name} server={server} replacing={replacing} />
        </div>
        <Facts server={server} current={!away} />
        <p role="status" className="sr-only">
          {server.name}: {text(unreachable ? "server.unreachable" : server.status)}
        </p>
      </header>
      {!away && <Progress server={server} replacing={replacing} />}
    </>
  );
}

function Unknown({ name }: { name: string }) {
  const text = useText();
  return (
    <div className="grid flex-1 place-content-center gap-1 p-8 text-center">
      <h2 className="font-semibold">{text("server.unknown", { name })}</h2>
      <p className="text-muted-foreground">{text("server.unknownWhy")}</p>
    </div>
  );
}

function Loading() {
  const text = useText();
  return (
    <div className="grid content-start gap-3 p-4">
      <span role="status" className="sr-only">
        {text("server.loading")}
      </span>
      <Skeleton className="h-6 w-40" />
      <Skeleton className="h-4 w-64" />
      <Skeleton className="h-4 w-80" />
    </div>
  );
}
