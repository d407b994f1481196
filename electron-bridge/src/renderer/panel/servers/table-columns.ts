/** The columns of the process table: what each is called, what it sorts by, and how rows are put in order. */
import type { ServerMetrics } from "../../../shared/generated/protocol.js";
import type { PanelServer } from "../../store/state.js";
import type { TextKey } from "../i18n/index.js";

/** What one row is made of. */
export interface TableRow {
  server: PanelServer;
  /** The newest sample; only of a running server. */
  sample: ServerMetrics | undefined;
  /** In seconds; only of a running server. */
  uptime: number | undefined;
}

export type ColumnId = "status" | "name" | "pid" | "port" | "host" | "cpu" | "memory" | "uptime" | "restarts";

interface Column {
  label: TextKey;
  /** Numbers stand on the right. */
  numeric: boolean;
  /** What it sorts by; rows without it come last in both directions. */
  value: (row: TableRow) => string | number | undefined;
}

/** What needs attention first. */
const URGENCY: Record<PanelServer["status"], number> = {
  error: 0,
  starting: 1,
  stopping: 2,
  running: 3,
  stopped: 4,
};

const port = ({ server }: TableRow) => (server.port > 0 ? server.port : undefined);

/** From left to right. */
export const COLUMNS: Record<ColumnId, Column> = {
  status: { label: "status", numeric: false, value: ({ server }) => URGENCY[server.status] },
  name: { label: "process", numeric: false, value: ({ server }) => server.name },
  pid: { label: "pid", numeric: true, value: ({ server }) => server.pid },
  port: { label: "port", numeric: true, value: port },
  host: { label: "host", numeric: false, value: ({ server }) => hostOf(server) },
  cpu: { label: "cpu", numeric: true, value: ({ sample }) => sample?.cpuPercent },
  memory: { label: "memory", numeric: true, value: ({ sample }) => sample?.rssBytes },
  uptime: { label: "uptime", numeric: true, value: ({ uptime }) => uptime },
  restarts: { label: "restarts", numeric: true, value: ({ server }) => server.restarts },
};

/** The host that it runs on, as people name it. */
export function hostOf(server: PanelServer): string {
  return server.supervisor?.host ?? server.host;
}

export interface Sorting {
  column: ColumnId;
  descending: boolean;
}

/** The sorting after a press on the head of `column`. */
export function sortingAfter(sorting: Sorting | undefined, column: ColumnId): Sorting {
  return { column, descending: sorting?.column === column ? !sorting.descending : false };
}

/** `rows` in order; as they came, while nothing was chosen. Equal ones keep their order. */
export function sorted(rows: readonly TableRow[], sorting: Sorting | undefined): readonly TableRow[] {
  if (!sorting) return rows;
  const { value } = COLUMNS[sorting.column];
  const direction = sorting.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return (
      direction *
      (typeof a === "string" ? a.localeCompare(String(b), undefined, { numeric: true }) : a - Number(b))
    );
  });
}
