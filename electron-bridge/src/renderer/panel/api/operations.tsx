/** The operations of a server in the viewer, or why there are none to show and what can be done. */
import { CircleAlert, FileQuestion } from "lucide-react";
import { lazy, Suspense } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Skeleton } from "../ui/skeleton.js";
import { Notice } from "./notice.js";
import { PathForm } from "./path-form.js";
import type { NoOpenApi, OpenApiReading } from "./use-open-api.js";

// A megabyte and a half, which a server without a document never needs.
const Viewer = lazy(() => import("./viewer.js"));

export interface OperationsProps {
  server: PanelServer;
  /** Where the document is looked for. */
  path: string;
  reading: OpenApiReading;
  /** Looks for it there; the same path reads it again. */
  onPath: (path: string) => void;
  /** To the request by hand. */
  onSend: () => void;
}

/** What is known of the API. */
export function Operations({ server, path, reading, onPath, onSend }: OperationsProps) {
  const text = useText();
  const api = usePythonServer((state) => state.api);
  const { openApi, problem } = reading;
  if (openApi !== undefined) {
    const url = server.url ?? `http://${server.host}:${server.port}`;
    const refusals = {
      elsewhere: (other: string) => text("api.elsewhere", { origin: new URL(url).origin, other }),
      binary: () => text("api.binary"),
    };
    return (
      <Suspense fallback={<Loading />}>
        <Viewer api={api} name={server.name} url={url} openApi={openApi} refusals={refusals} />
      </Suspense>
    );
  }
  if (problem === undefined) return <Loading />;
  return <Problem problem={problem} path={path} reading={reading} onPath={onPath} onSend={onSend} />;
}

function Problem(props: Omit<OperationsProps, "server"> & { problem: NoOpenApi }) {
  const { problem, path, reading, onPath, onSend } = props;
  const text = useText();
  const byHand = (
    <Button size="sm" variant="link" onClick={onSend}>
      {text("api.send")}
    </Button>
  );
  if (problem.kind === "failed") {
    return (
      <Notice icon={<CircleAlert strokeWidth={1.5} />} title={text("api.failedTitle")} alert>
        {problem.message}
        <Button size="sm" variant="outline" aria-busy={reading.reading} onClick={reading.read}>
          {text("retry")}
        </Button>
        {byHand}
      </Notice>
    );
  }
  const missing = problem.kind === "missing";
  return (
    <Notice
      icon={<FileQuestion strokeWidth={1.5} />}
      title={text(missing ? "api.missingTitle" : "api.unreadableTitle", { path })}
    >
      <p>
        {missing
          ? text("api.missingText", { status: problem.status })
          : text(`api.unreadable-${problem.why}`)}
      </p>
      <PathForm path={path} reading={reading.reading} onPath={onPath} />
      {byHand}
    </Notice>
  );
}

function Loading() {
  const text = useText();
  return (
    <div className="grid content-start gap-2 p-4">
      <span role="status" className="sr-only">
        {text("api.loading")}
      </span>
      <Skeleton className="mb-2 h-6 w-48" />
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
    </div>
  );
}
