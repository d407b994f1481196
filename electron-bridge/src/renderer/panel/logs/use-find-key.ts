/** Ctrl+F (Cmd+F on a Mac) goes to the search field of the log in sight, from anywhere in the panel. */
import { type RefObject, useEffect } from "react";

export function useFindKey(
  root: RefObject<HTMLElement | null>,
  input: RefObject<HTMLInputElement | null>,
): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (event.key.toLowerCase() !== "f") return;
      const panel = root.current?.closest(".python-server-panel") ?? root.current;
      const focused = document.activeElement;
      // A page around the panel keeps its own Ctrl+F for what is its own.
      if (focused && focused !== document.body && !panel?.contains(focused)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [root, input]);
}
