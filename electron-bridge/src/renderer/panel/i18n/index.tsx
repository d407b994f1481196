/**
 * The panel's two languages. It has an i18next instance of its own, so that an app that uses i18next
 * too is not disturbed. The words are with the parts that say them.
 */
import { createInstance, type i18n as I18n } from "i18next";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { words as alerts } from "../alerts/words.js";
import { words as api } from "../api/words.js";
import { words as logs } from "../logs/words.js";
import { words as metrics } from "../metrics/words.js";
import { words as server } from "../server/words.js";
import { words as servers } from "../servers/words.js";
import { words as settings } from "../settings/words.js";
import { words as sidecar } from "../sidecar/words.js";
import { words as common } from "./common-words.js";

const PARTS = { common, alerts, api, logs, metrics, server, servers, settings, sidecar };

type Parts = typeof PARTS;
type Plural<Key> = Key extends `${infer Stem}_${"one" | "other"}` ? Stem : Key;

/** `part.word`; a word of `common` goes by its name alone. */
export type TextKey =
  | Plural<keyof Parts["common"]["en"] & string>
  | {
      [Part in Exclude<keyof Parts, "common">]: `${Part}.${Plural<keyof Parts[Part]["en"] & string>}`;
    }[Exclude<keyof Parts, "common">];

/** The languages that there are. */
export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;

/** The language of the user's system, English if it is none of ours. */
export function preferredLanguage(
  languages: readonly string[] = globalThis.navigator?.languages ?? [],
): Language {
  for (const language of languages) {
    const code = language.slice(0, 2).toLowerCase();
    if (code in LANGUAGES) return code as Language;
  }
  return "en";
}

/** By the keys that `text` takes. Flat: `logs` is a common word, and `logs.search` one of a part. */
function resourcesOf(language: Language) {
  const { common: shared, ...parts } = PARTS;
  const flat: Record<string, string> = { ...shared[language] };
  for (const [part, words] of Object.entries(parts)) {
    for (const [key, word] of Object.entries(words[language])) flat[`${part}.${key}`] = word;
  }
  return { translation: flat };
}

function createI18n(language: Language): I18n {
  const i18n = createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: "en",
    resources: { en: resourcesOf("en"), ko: resourcesOf("ko") },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false }, // React escapes
    initAsync: false,
  });
  return i18n;
}

const LanguageContext = createContext<Language>("en");

/** Gives its children the words of `language`. */
export function WordsProvider({ language, children }: { language: Language; children: ReactNode }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of language is an effect on the same instance
  const i18n = useMemo(() => createI18n(language), []);
  useEffect(() => void i18n.changeLanguage(language), [i18n, language]);
  return (
    <I18nextProvider i18n={i18n}>
      <LanguageContext value={language}>{children}</LanguageContext>
    </I18nextProvider>
  );
}

/** Looks up words: `text("logs.lines", { count: 3 })`. */
export type Text = (key: TextKey, values?: Record<string, string | number>) => string;

/** The words of the panel's language. */
export function useText(): Text {
  return useTranslation().t as unknown as Text;
}

/** The panel's language, for dates and numbers by `Intl`. */
export function useLanguage(): Language {
  return useContext(LanguageContext);
}
