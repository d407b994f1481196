/** Light or dark: the app's word, else the user's choice, else the system's, which may change at any time. */
import { useSyncExternalStore } from "react";
import { useStoredChoice } from "./stored-choice.js";

/** What can be chosen. */
export const THEME_CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** What is shown. */
export type Theme = "light" | "dark";

const DARK = "(prefers-color-scheme: dark)";

function subscribeToSystem(listener: () => void): () => void {
  const query = window.matchMedia?.(DARK);
  query?.addEventListener("change", listener);
  return () => query?.removeEventListener("change", listener);
}

function useSystemTheme(): Theme {
  return useSyncExternalStore(
    subscribeToSystem,
    () => (window.matchMedia?.(DARK).matches ? "dark" : "light"),
    () => "light",
  );
}

const isChoice = (value: string | null): value is ThemeChoice => THEME_CHOICES.includes(value as ThemeChoice);

/** The theme to show, the choice behind it, and how to choose. */
export interface ThemeState {
  theme: Theme;
  choice: ThemeChoice;
  choose: (choice: ThemeChoice) => void;
}

/** `fixed` is the app's word: with it, what was stored is left alone and does not count. */
export function useTheme(fixed: ThemeChoice | undefined): ThemeState {
  const system = useSystemTheme();
  const [stored, choose] = useStoredChoice("theme");
  const choice = fixed ?? (isChoice(stored) ? stored : "system");
  return { theme: choice === "system" ? system : choice, choice, choose };
}
