/** The language: the app's word, else the user's choice, else the first of the system's that there is. */
import { LANGUAGES, type Language, preferredLanguage } from "../i18n/index.js";
import { useStoredChoice } from "./stored-choice.js";

const isLanguage = (value: string | null): value is Language =>
  value !== null && Object.hasOwn(LANGUAGES, value);

/** The language to speak, and how to choose another. */
export function useChosenLanguage(fixed: Language | undefined): [Language, (language: Language) => void] {
  const [stored, choose] = useStoredChoice("language");
  return [fixed ?? (isLanguage(stored) ? stored : preferredLanguage()), choose];
}
