/**
 * Selecting in a log of which only a part is in the page: the browser's own selection within what is drawn,
 * and "select all", which means every line shown, drawn or not.
 */
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useState,
} from "react";
import { linesText } from "./log-text.js";
import type { LogView } from "./log-view.js";

export interface LogSelection {
  allSelected: boolean;
  selectedText: () => string | undefined;
  selectionHandlers: {
    onKeyDown: (event: KeyboardEvent) => void;
    onCopy: (event: ClipboardEvent) => void;
    onPointerDown: () => void;
  };
}

export function useLogSelection(view: LogView, scroller: RefObject<HTMLElement | null>): LogSelection {
  const [allSelected, setAllSelected] = useState(false);

  // Lines that fly past cannot be selected: they stand still as soon as something is.
  useEffect(() => {
    const onSelect = () => {
      if (nativeSelection(scroller.current)) view.pause();
    };
    document.addEventListener("selectionchange", onSelect);
    return () => document.removeEventListener("selectionchange", onSelect);
  }, [view, scroller]);

  const selectedText = useCallback(() => {
    if (allSelected) return linesText(view.rows());
    return nativeSelection(scroller.current);
  }, [allSelected, view, scroller]);

  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "a") {
      event.preventDefault();
      getSelection()?.removeAllRanges();
      setAllSelected(true);
    } else if (event.key === "Escape") setAllSelected(false);
  };
  const onCopy = (event: ClipboardEvent) => {
    const selected = selectedText();
    if (selected === undefined) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", selected);
  };
  return {
    allSelected,
    selectedText,
    selectionHandlers: { onKeyDown, onCopy, onPointerDown: () => setAllSelected(false) },
  };
}

/** What is selected within `element`, line by line, without times and tags. */
function nativeSelection(element: HTMLElement | null): string | undefined {
  const selection = getSelection();
  if (!element || !selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  if (!element.contains(range.commonAncestorContainer)) return undefined;
  const lines: string[] = [];
  for (const line of element.querySelectorAll("[data-line]")) {
    if (!range.intersectsNode(line)) continue;
    const part = document.createRange();
    part.selectNodeContents(line);
    if (
      part.comparePoint(range.startContainer, range.startOffset) >= 0 &&
      line.contains(range.startContainer)
    )
      part.setStart(range.startContainer, range.startOffset);
    if (line.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    lines.push(part.toString());
  }
  return lines.length > 0 ? lines.join("\n") : undefined;
}
