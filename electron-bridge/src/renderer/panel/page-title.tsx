/**
 * The title of a page that is the panel and nothing else: what a glance at the browser's tabs is to tell. Not
 * part of the panel, which leaves the titles of an app's windows alone.
 */
import { useEffect } from "react";
import { usePythonServer } from "../hooks/use-python-server.js";
import type { PythonServerState } from "../store/state.js";
import { type Text, useText, WordsProvider } from "./i18n/index.js";
import { isAway } from "./sidecar/away.js";
import { useChosenLanguage } from "./theme/language.js";

/** Keeps `document.title` true; shows nothing. */
export function PageTitle() {
  const [language] = useChosenLanguage(undefined);
  return (
    <WordsProvider language={language}>
      <Title />
    </WordsProvider>
  );
}

function Title() {
  const text = useText();
  const title = usePythonServer((state) => pageTitle(state, text));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

/** `✖ embed – Error`, `◌ api – Starting`, `● api – Running`, `● 3/12 – Python servers`: the worst comes first. */
export function pageTitle(
  { servers, sidecar, hydrated }: Pick<PythonServerState, "servers" | "sidecar" | "hydrated">,
  text: Text,
): string {
  const page = text("servers.title");
  if (!hydrated) return page;
  if (isAway(sidecar.status)) return `⊘ ${page} – ${text("server.unreachable")}`;
  const all = Object.values(servers);
  const several = (some: typeof all, sign: string, word: string) => {
    const more = some.length > 1 ? ` +${some.length - 1}` : "";
    return `${sign} ${some[0]?.name}${more} – ${word}`;
  };
  const failed = all.filter(({ status }) => status === "error");
  if (failed.length > 0) return several(failed, "✖", text("error"));
  const unreachable = all.filter(({ conditions }) => conditions.includes("unreachable"));
  if (unreachable.length > 0) return several(unreachable, "⊘", text("server.unreachable"));
  const unhealthy = all.filter(({ health }) => health === "unhealthy");
  if (unhealthy.length > 0) return several(unhealthy, "▲", text("server.unhealthy"));
  for (const status of ["starting", "stopping"] as const) {
    const changing = all.filter((server) => server.status === status);
    if (changing.length > 0) return several(changing, "◌", text(status));
  }
  const running = all.filter(({ status }) => status === "running");
  const sign = running.length > 0 ? "●" : "○";
  const only = all.length === 1 ? all[0] : undefined;
  if (only) return several(all, sign, text(only.status));
  return all.length === 0 ? page : `${sign} ${running.length}/${all.length} – ${page}`;
}
