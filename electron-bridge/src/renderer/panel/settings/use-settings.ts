/** Reads the settings of a server, and reads them again when something may have changed them. */
import { useEffect, useState } from "react";
import type { Settings } from "../../../shared/generated/protocol.js";
import { usePythonServer } from "../../hooks/use-python-server.js";

/** The settings as far as they are known. */
export interface ReadSettings {
  /** The newest that were read; they stay while newer ones are awaited. */
  settings: Settings | undefined;
  /** Why the last reading failed. */
  problem: string | undefined;
  /** Whether an answer is awaited. */
  reading: boolean;
  /** Reads them anew; until the answer comes, `known` are taken for them. */
  read(known?: Settings): void;
}

/** The settings of the server `name`; with `wanted: false` nothing is asked. */
export function useSettings(name: string, wanted: boolean): ReadSettings {
  const api = usePythonServer((state) => state.api);
  // Another window or a start that took another port may have changed them: such things change the status.
  const status = usePythonServer((state) => state.servers[name]?.status);
  const port = usePythonServer((state) => state.servers[name]?.port);
  const sidecar = usePythonServer((state) => state.sidecar.pid);
  const [settings, setSettings] = useState<Settings>();
  const [problem, setProblem] = useState<string>();
  const [reading, setReading] = useState(wanted);
  const [asked, setAsked] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is not used here is what makes it read again
  useEffect(() => {
    if (!wanted) return;
    let awaited = true;
    setReading(true);
    api
      .getSettings(name)
      .then((answer) => {
        if (!awaited) return;
        setSettings(answer);
        setProblem(undefined);
      })
      .catch((error: unknown) => {
        if (awaited) setProblem(error instanceof Error ? error.message : String(error));
      })
      .finally(() => {
        if (awaited) setReading(false);
      });
    return () => {
      awaited = false;
    };
  }, [api, name, wanted, status, port, sidecar, asked]);

  const read = (known?: Settings) => {
    if (known) setSettings(known);
    setAsked((times) => times + 1);
  };
  return { settings, problem, reading, read };
}
