/** The keyboard of the list: arrows, Home, End and typing the beginning of a name. Selection follows focus. */
import { type KeyboardEvent, useRef } from "react";

/** Keys typed within this time belong to one beginning of a name. */
const TYPE_AHEAD_MS = 700;

function matching(names: readonly string[], typed: string, from: number): string | undefined {
  // One letter again and again goes from one name with it to the next; more letters narrow it down.
  const repeated = [...typed].every((letter) => letter === typed[0]);
  const beginning = repeated ? typed.charAt(0) : typed;
  const start = repeated ? from + 1 : from;
  const turned = [...names.slice(Math.max(0, start)), ...names.slice(0, Math.max(0, start))];
  return turned.find((name) => name.toLowerCase().startsWith(beginning));
}

/** A key handler for the list of `names`; `goTo` selects and focuses. */
export function useListKeys(
  names: readonly string[],
  selected: string | undefined,
  goTo: (name: string) => void,
): (event: KeyboardEvent) => void {
  const typed = useRef({ text: "", at: 0 });

  function target(event: KeyboardEvent, index: number): string | undefined {
    switch (event.key) {
      case "ArrowDown":
        return names[Math.min(names.length - 1, index + 1)];
      case "ArrowUp":
        return names[Math.max(0, index - 1)];
      case "Home":
        return names[0];
      case "End":
        return names.at(-1);
    }
    if (event.key.length !== 1 || event.key === " ") return undefined;
    const now = performance.now();
    const before = now - typed.current.at < TYPE_AHEAD_MS ? typed.current.text : "";
    typed.current = { text: before + event.key.toLowerCase(), at: now };
    return matching(names, typed.current.text, index);
  }

  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = target(event, selected === undefined ? -1 : names.indexOf(selected));
    if (name === undefined) return;
    event.preventDefault();
    goTo(name);
  };
}
