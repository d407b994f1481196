/** Reads the OpenAPI document of a running server, and reads it anew when another process answers there. */
import { useEffect, useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { documentIn, type Unreadable } from "./document.js";
import { keptOf, type ReadOpenApi } from "./kept.js";

/** Where FastAPI, and nearly everything else that offers one, has its document. */
export const USUAL_PATH = "/openapi.json";

/** Long enough for an app that makes its document at the first request, in seconds. */
const DOCUMENT_WITHIN_SECONDS = 30;

/** Why there is no document. */
export type NoOpenApi =
  | { kind: "missing"; status: number }
  | { kind: "unreadable"; why: Unreadable }
  | { kind: "failed"; message: string };

/** How far the reading has come. */
export interface OpenApiReading {
  /** The newest document; it stays while the next one is awaited. */
  openApi: ReadOpenApi | undefined;
  /** Why the last reading gave none. */
  problem: NoOpenApi | undefined;
  reading: boolean;
  read(): void;
}

/** The document of the server `name` at `path`, while that server is `running`. */
export function useOpenApi(name: string, path: string, running: boolean): OpenApiReading {
  const api = usePythonServer((state) => state.api);
  const pid = usePythonServer((state) => state.servers[name]?.pid);
  const [asked, setAsked] = useState(0);
  const [reading, setReading] = useState(running);
  const [{ openApi, problem }, setResult] = useState<Pick<OpenApiReading, "openApi" | "problem">>(() => ({
    openApi: keptOf(api, name).openApi,
    problem: undefined,
  }));

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new process and a new wish are reasons to read again
  useEffect(() => {
    if (!running) return;
    let awaited = true;
    const tell = (read: Pick<OpenApiReading, "openApi" | "problem">) => {
      if (!awaited) return;
      keptOf(api, name).openApi = read.openApi;
      setResult((before) =>
        isSame(before.openApi, read.openApi) ? { ...read, openApi: before.openApi } : read,
      );
      setReading(false);
    };
    setReading(true);
    api
      .sendRequest({
        name,
        path,
        headers: { Accept: "application/json" },
        timeout: DOCUMENT_WITHIN_SECONDS,
      })
      .then(({ status, body, encoding }) => {
        if (status !== 200) return tell({ openApi: undefined, problem: { kind: "missing", status } });
        const document = encoding === undefined ? documentIn(body) : "json";
        if (typeof document === "string")
          tell({ openApi: undefined, problem: { kind: "unreadable", why: document } });
        else tell({ openApi: { text: body, document }, problem: undefined });
      })
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        tell({ openApi: undefined, problem: { kind: "failed", message } });
      });
    return () => {
      awaited = false;
    };
  }, [api, name, path, running, pid, asked]);

  return { openApi, problem, reading, read: () => setAsked((times) => times + 1) };
}

/** The very same text is the very same document: what is open in the viewer stays open. */
function isSame(before: ReadOpenApi | undefined, now: ReadOpenApi | undefined): boolean {
  return before !== undefined && before.text === now?.text;
}
