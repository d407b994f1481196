/** The buttons of a failure that something can be done about. */
import { useState } from "react";
import type { FailureCode } from "../../../shared/generated/protocol.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { CopyButton } from "./copy-button.js";
import { commandToLookAt, type ShownFailure, type TakenPort } from "./failure.js";
import { useCommands } from "./use-commands.js";

/** For these, to do the same once more leads nowhere. */
const NOT_TO_BE_RETRIED: ReadonlySet<FailureCode> = new Set(["STOP_TIMEOUT", "NOT_SUPPORTED", "CANCELLED"]);

/** What can be done about `failure`. */
export function Cures({ server, failure }: { server: PanelServer; failure: ShownFailure }) {
  const text = useText();
  const { send, ask, dialog } = useCommands(server.name);
  const { code, port } = failure;
  const suggested = port?.suggestedPort;
  return (
    <>
      {suggested !== undefined && server.kind === "local" && (
        <UsePort name={server.name} port={suggested} onChanged={() => send("start")} />
      )}
      {code === "STOP_TIMEOUT" && (
        <Button size="sm" variant="destructive" onClick={() => send("force-stop")}>
          {text("forceStop")}
        </Button>
      )}
      {!failure.refused && (code === undefined || !NOT_TO_BE_RETRIED.has(code)) && (
        <Button
          size="sm"
          variant="outline"
          onClick={(event) => (failure.survived ? ask("restart", event.currentTarget) : send("start"))}
        >
          {text("retry")}
        </Button>
      )}
      {port?.pid !== undefined && <Holder port={port} pid={port.pid} />}
      {dialog}
    </>
  );
}

interface UsePortProps {
  name: string;
  port: number;
  onChanged: () => void;
}

function UsePort({ name, port, onChanged }: UsePortProps) {
  const text = useText();
  const api = usePythonServer((state) => state.api);
  const [changing, setChanging] = useState(false);
  const [problem, setProblem] = useState<string>();
  const change = async () => {
    if (changing) return;
    setChanging(true);
    setProblem(undefined);
    try {
      const answer = await api.updateServer({ name, changes: { port } });
      if (answer.success) onChanged();
      else setProblem(answer.message);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setChanging(false);
    }
  };
  return (
    <>
      <Button size="sm" aria-busy={changing} onClick={() => void change()}>
        {text("server.usePort", { port })}
      </Button>
      {problem !== undefined && (
        <p role="alert" className="basis-full text-failed text-xs">
          {problem}
        </p>
      )}
    </>
  );
}

function Holder({ port, pid }: { port: TakenPort; pid: number }) {
  const text = useText();
  const [shown, setShown] = useState(false);
  const command = commandToLookAt(pid, navigator.platform);
  return (
    <>
      <Button size="sm" variant="outline" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {text("server.showHolder")}
      </Button>
      {shown && (
        <div className="order-last grid basis-full gap-1 rounded-md border border-border bg-background p-2 text-xs">
          <p>
            {text("server.holder", {
              port: port.port,
              process: port.process ?? text("server.someProcess"),
              pid,
            })}
          </p>
          <div className="flex items-center gap-1">
            <code className="min-w-0 flex-1 break-all text-muted-foreground">{command}</code>
            <CopyButton content={() => command} label={text("server.copyCommand")} />
          </div>
        </div>
      )}
    </>
  );
}
