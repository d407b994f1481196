/** Which server is looked at: kept while statuses change and over reloads, per page. */
import { useStoredChoice } from "../theme/stored-choice.js";

/** The chosen one of `names`; the first while nothing is chosen, or while the chosen one is not there. */
export function useSelection(names: readonly string[]): [string | undefined, (name: string) => void] {
  const [stored, choose] = useStoredChoice(`selected:${location.pathname}`);
  const selected = stored !== null && names.includes(stored) ? stored : names[0];
  return [selected, choose];
}
