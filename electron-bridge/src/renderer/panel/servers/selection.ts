/**
 * Which server is looked at: kept while statuses change, and over reloads of the same page. Other windows
 * keep theirs, so that two can look at different servers.
 */
import { useCallback, useState } from "react";
import { readChoice, writeChoice } from "../theme/stored-choice.js";

/** The chosen one of `names`; the first while nothing is chosen, or while the chosen one is not there. */
export function useSelection(names: readonly string[]): [string | undefined, (name: string) => void] {
  const key = `selected:${location.pathname}`;
  const [chosen, setChosen] = useState(() => readChoice(key));
  const choose = useCallback(
    (name: string) => {
      setChosen(name);
      writeChoice(key, name);
    },
    [key],
  );
  return [chosen !== null && names.includes(chosen) ? chosen : names[0], choose];
}
