/** All servers in a table that can be sorted, with their commands. Stands on a page by itself. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../hooks/use-now.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { PanelFrame, type PanelFrameProps } from "../panel-frame.js";
import { SidecarFailed, SidecarTrouble } from "../sidecar/sidecar-trouble.js";
import { cn } from "../ui/class-names.js";
import { uptimeSeconds } from "./elapsed.js";
import { Loading } from "./loading.js";
import { NoServers } from "./no-servers.js";
import { ProcessRow } from "./process-row.js";
import {
  COLUMNS,
  type ColumnId,
  type Sorting,
  sorted,
  sortingAfter,
  type TableRow,
} from "./table-columns.js";

const TICK_MS = 1_000;

/** What `ProcessTable` takes. */
export type ProcessTableProps = PanelFrameProps;

/** Fills its parent, and scrolls in it. Needs the package's `styles.css` on the page. */
export function ProcessTable(props: ProcessTableProps) {
  return (
    <PanelFrame {...props}>
      <Content />
    </PanelFrame>
  );
}

function Content() {
  const hydrated = usePythonServer((state) => state.hydrated);
  const sidecar = usePythonServer((state) => state.sidecar.status);
  const empty = usePythonServer((state) => Object.keys(state.servers).length === 0);
  if (!hydrated) return sidecar === "failed" || sidecar === "stopped" ? <SidecarFailed /> : <Loading />;
  return (
    <>
      <SidecarTrouble />
      {empty ? <NoServers /> : <Table />}
    </>
  );
}

function useRows(): TableRow[] {
  const servers = usePythonServer((state) => state.servers);
  const metrics = usePythonServer((state) => state.metrics);
  const readyAt = usePythonServer((state) => state.readyAt);
  const now = useNow(TICK_MS);
  return Object.values(servers).map((server) => ({
    server,
    sample: server.status === "running" ? metrics[server.name]?.at(-1) : undefined,
    uptime: uptimeSeconds(server, { now, since: undefined, readyAt: readyAt[server.name] }),
  }));
}

function Table() {
  const text = useText();
  const [sorting, setSorting] = useState<Sorting>();
  const rows = sorted(useRows(), sorting);
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled, so it must be reachable
      tabIndex={0}
      aria-label={text("servers.tableOf")}
      className="min-h-0 flex-1 overflow-auto outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
    >
      <table className="w-full text-left whitespace-nowrap">
        <caption className="sr-only">{text("servers.tableOf")}</caption>
        <thead className="sticky top-0 z-10 bg-background">
          <tr>
            {(Object.keys(COLUMNS) as ColumnId[]).map((column) => (
              <HeadCell
                key={column}
                column={column}
                sorting={sorting}
                onSort={() => setSorting(sortingAfter(sorting, column))}
              />
            ))}
            <th scope="col" className="sticky right-0 border-border border-b bg-background px-3 py-2">
              <span className="sr-only">{text("servers.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ProcessRow key={row.server.name} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface HeadCellProps {
  column: ColumnId;
  sorting: Sorting | undefined;
  onSort: () => void;
}

function HeadCell({ column, sorting, onSort }: HeadCellProps) {
  const text = useText();
  const { label, numeric } = COLUMNS[column];
  const chosen = sorting?.column === column;
  const Arrow = chosen && sorting.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={chosen ? (sorting.descending ? "descending" : "ascending") : "none"}
      className="border-border border-b p-1"
    >
      <button
        type="button"
        onClick={onSort}
        className={cn(
          "group flex w-full items-center gap-1 rounded-md px-2 py-1 font-medium text-muted-foreground text-xs outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring",
          numeric && "flex-row-reverse",
        )}
      >
        {text(label)}
        <Arrow
          aria-hidden
          className={cn(
            "size-3 opacity-0 group-hover:opacity-40",
            chosen && "opacity-100 group-hover:opacity-100",
          )}
        />
      </button>
    </th>
  );
}
