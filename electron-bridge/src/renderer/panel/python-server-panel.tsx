/**
 * The panel: the list of servers and the one that is chosen. It decides which of its parts is shown; what
 * they show is theirs.
 */
import { useRef } from "react";
import { useShallow } from "zustand/react/shallow";
import { usePythonServer } from "../hooks/use-python-server.js";
import { AlertToasts } from "./alerts/alert-toasts.js";
import { PanelFrame, type PanelFrameProps } from "./panel-frame.js";
import { ServerDetail } from "./server/server-detail.js";
import { Loading } from "./servers/loading.js";
import { NoServers } from "./servers/no-servers.js";
import { useSelection } from "./servers/selection.js";
import { ServerList } from "./servers/server-list.js";
import { SidecarFailed, SidecarTrouble } from "./sidecar/sidecar-trouble.js";
import { TitleBar } from "./sidecar/title-bar.js";

/** What `PythonServerPanel` takes. */
export interface PythonServerPanelProps extends PanelFrameProps {
  /** Only this server, without the list. */
  name?: string;
}

/** Fills its parent. Needs the package's `styles.css` on the page. */
export function PythonServerPanel({ name, ...frame }: PythonServerPanelProps) {
  return (
    <PanelFrame {...frame} bar={(connected) => <TitleBar connected={connected} />}>
      <Servers only={name} />
    </PanelFrame>
  );
}

function Servers({ only }: { only: string | undefined }) {
  const hydrated = usePythonServer((state) => state.hydrated);
  const sidecar = usePythonServer((state) => state.sidecar.status);
  const names = usePythonServer(useShallow((state) => Object.keys(state.servers)));
  const [selected, select] = useSelection(names);
  const detail = useRef<HTMLDivElement>(null);
  const goTo = (name: string) => {
    select(name);
    detail.current?.querySelector("article")?.focus(); // what was pressed goes away
  };
  if (!hydrated) return sidecar === "failed" || sidecar === "stopped" ? <SidecarFailed /> : <Loading />;
  const shown = only ?? selected;
  const chooses = only === undefined && names.length > 1;
  return (
    <>
      <SidecarTrouble />
      {names.length === 0 ? (
        <NoServers />
      ) : (
        <div className="flex min-h-0 flex-1 @max-[720px]/panel:flex-col">
          {chooses && (
            <nav className="flex w-80 shrink-0 flex-col border-border border-r bg-muted/40 @max-[720px]/panel:max-h-[36%] @max-[720px]/panel:w-auto @max-[720px]/panel:border-r-0 @max-[720px]/panel:border-b">
              <ServerList names={names} selected={selected} onSelect={select} />
              <AlertToasts docked shown={shown} onShow={goTo} />
            </nav>
          )}
          <div ref={detail} className="flex min-h-0 min-w-0 flex-1 flex-col">
            {shown !== undefined && <ServerDetail name={shown} />}
          </div>
        </div>
      )}
      {!chooses && <AlertToasts only={only} shown={shown} />}
    </>
  );
}
