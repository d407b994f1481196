/**
 * A choice of the user that outlives the page: kept in localStorage, where there is one, and the same in
 * every panel of this page and of other pages of its origin. Knows nothing of what is chosen.
 */
import { useCallback, useSyncExternalStore } from "react";

const PREFIX = "python-server-panel:";

const listeners = new Set<() => void>();

/** What was chosen where nothing can be stored (a sandboxed frame, storage switched off): holds for this page. */
const unstored = new Map<string, string>();

/** The stored text of `key`, null before the first choice. */
export function readChoice(key: string): string | null {
  try {
    return unstored.get(key) ?? localStorage.getItem(PREFIX + key);
  } catch {
    return unstored.get(key) ?? null;
  }
}

/** Stores the choice, and tells the panels that share it. */
export function writeChoice(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
    unstored.delete(key);
  } catch {
    unstored.set(key, value); // storage is full or not allowed: the choice holds until the page is left
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** A choice that all panels share: the stored text of `key`, null before the first, and how to change it. */
export function useStoredChoice(key: string): [string | null, (value: string) => void] {
  const stored = useSyncExternalStore(
    subscribe,
    () => readChoice(key),
    () => null,
  );
  const choose = useCallback((value: string) => writeChoice(key, value), [key]);
  return [stored, choose];
}
