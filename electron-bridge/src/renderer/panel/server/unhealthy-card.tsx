/** A server that runs but fails its health check, what was said of it, and a restart. */
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { useCommands } from "./use-commands.js";

/** There while `server` is unhealthy. Its reason outlives the alert that told it, which may be dismissed. */
export function UnhealthyCard({ server }: { server: PanelServer }) {
  const text = useText();
  const { name } = server;
  const said = usePythonServer(
    (state) => state.alerts.findLast((alert) => alert.name === name && alert.kind === "unhealthy")?.message,
  );
  const [remembered, remember] = useState<{ name: string; said: string }>();
  if (said !== undefined && (remembered?.name !== name || remembered.said !== said)) remember({ name, said });
  const why = said ?? (remembered?.name === name ? remembered.said : text("server.unhealthyWhy"));
  const { ask, dialog } = useCommands(name);
  if (server.status !== "running" || server.health !== "unhealthy") return null;
  return (
    <section className="flex shrink-0 flex-wrap items-center gap-2.5 border-border border-b bg-changing-soft px-4 py-2.5">
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-changing" />
      <div role="alert" className="min-w-40 flex-1">
        <p className="font-semibold">{text("server.unhealthyTitle")}</p>
        <p className="text-muted-foreground">{why}</p>
      </div>
      <Button size="sm" variant="outline" onClick={(event) => ask("restart", event.currentTarget)}>
        {text("restart")}
      </Button>
      {dialog}
    </section>
  );
}
