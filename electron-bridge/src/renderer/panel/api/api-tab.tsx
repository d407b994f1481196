/** What a server answers: its OpenAPI document to read and to try out, and a plain request for any server. */
import { CloudOff, Play, RefreshCw, Unplug } from "lucide-react";
import { useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { useCommands } from "../server/use-commands.js";
import { useStoredChoice } from "../theme/stored-choice.js";
import { Button } from "../ui/button.js";
import { cn } from "../ui/class-names.js";
import { ToggleGroup, ToggleGroupItem } from "../ui/toggle.js";
import { Tooltip } from "../ui/tooltip.js";
import { type ApiView, keptOf } from "./kept.js";
import { Notice } from "./notice.js";
import { Operations } from "./operations.js";
import { RequestForm } from "./request-form.js";
import { USUAL_PATH, useOpenApi } from "./use-open-api.js";

/** The API of the server `name`; loaded when it is opened. */
export default function ApiTab({ name }: { name: string }) {
  const text = useText();
  const server = usePythonServer((state) => state.servers[name]);
  return (
    <section aria-label={text("api.region", { name })} className="flex min-h-0 flex-1 flex-col">
      {server !== undefined && <Api key={name} server={server} />}
    </section>
  );
}

function Api({ server }: { server: PanelServer }) {
  const text = useText();
  const { name, status, kind } = server;
  const api = usePythonServer((state) => state.api);
  const running = status === "running" && kind === "local";
  const [chosenPath, choosePath] = useStoredChoice(`openapi-path:${name}`);
  const path = chosenPath ?? USUAL_PATH;
  const reading = useOpenApi(name, path, running);
  const [view, setView] = useState<ApiView>(() => keptOf(api, name).view);
  const show = (wanted: ApiView) => {
    keptOf(api, name).view = wanted;
    setView(wanted);
  };

  if (kind !== "local") {
    return (
      <Notice icon={<CloudOff strokeWidth={1.5} />} title={text("api.remoteTitle")}>
        {text("api.remoteText", { name })}
      </Notice>
    );
  }
  if (status === "stopped" || status === "error") return <NotRunning name={name} />;
  if (!running && reading.openApi === undefined) {
    return (
      <Notice icon={<Unplug strokeWidth={1.5} />} title={text("api.changingTitle")}>
        {text("api.changingText", { name })}
      </Notice>
    );
  }
  return (
    <>
      <div className="flex shrink-0 items-center gap-2 border-border border-b px-3 py-1.5">
        <ToggleGroup
          type="single"
          aria-label={text("api.views")}
          value={view}
          onValueChange={(wanted) => wanted && show(wanted as ApiView)}
        >
          <ToggleGroupItem value="operations">{text("api.operations")}</ToggleGroupItem>
          <ToggleGroupItem value="send">{text("api.send")}</ToggleGroupItem>
        </ToggleGroup>
        {view === "operations" && (
          <div className="ml-auto flex min-w-0 items-center gap-1">
            <code className="truncate text-muted-foreground text-xs">{path}</code>
            <Tooltip text={text("api.readAgain")}>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={text("api.readAgain")}
                aria-busy={reading.reading}
                aria-disabled={!running}
                onClick={() => running && reading.read()}
              >
                <RefreshCw className={cn(reading.reading && "animate-spin")} />
              </Button>
            </Tooltip>
          </div>
        )}
      </div>
      {view === "send" ? (
        <div className="min-h-0 flex-1 overflow-auto">
          <RequestForm name={name} />
        </div>
      ) : (
        <Operations
          server={server}
          path={path}
          reading={reading}
          onPath={(wanted) => (wanted === path ? reading.read() : choosePath(wanted))}
          onSend={() => show("send")}
        />
      )}
    </>
  );
}

function NotRunning({ name }: { name: string }) {
  const text = useText();
  const { send, dialog } = useCommands(name);
  return (
    <Notice icon={<Unplug strokeWidth={1.5} />} title={text("api.stoppedTitle")}>
      {text("api.stoppedText", { name })}
      <Button size="sm" className="mt-1" onClick={() => send("start")}>
        <Play />
        {text("start")}
      </Button>
      {dialog}
    </Notice>
  );
}
