/**
 * How high the rows are. Unwrapped ones are all the same. For wrapped ones the text is laid out on a grid of
 * equal characters, so that the height follows from the length alone; only rows with other characters
 * (Korean, tabs, escape sequences) have to be measured once they are drawn.
 */
import { type RefObject, useLayoutEffect, useState } from "react";
import type { LogRow } from "../../store/log-ring.js";
import { stripAnsi } from "./ansi.js";
import { isGap } from "./held-rows.js";
import { ROW_HEIGHT, SHOWN_OF_LONG_LINE } from "./log-row.js";

/** Left and right of the text, in CSS pixels. */
const PADDING = 24;
/** In characters: the column of the stream, and that of the time. */
const STREAM_COLUMN = 4;
const TIME_COLUMN = 9.5;
const PROBE = "0".repeat(64);

const ON_THE_GRID = /^[ -~]*$/;

/** Whether the estimate of `row` is exact. */
export function isOnGrid(row: LogRow): boolean {
  return isGap(row) || (row.text.length <= SHOWN_OF_LONG_LINE && ON_THE_GRID.test(row.text));
}

/** The height that `row` probably has when it is wrapped after `columns` characters. */
export function wrappedHeight(row: LogRow, columns: number): number {
  if (isGap(row) || row.text.length <= columns) return ROW_HEIGHT;
  const { length } = row.text.length <= SHOWN_OF_LONG_LINE ? stripAnsi(row.text) : row.text;
  return Math.max(1, Math.ceil(Math.min(length, SHOWN_OF_LONG_LINE) / columns)) * ROW_HEIGHT;
}

/** How many characters stand in a row of `scroller`; anew when its width changes. */
export function useColumns(scroller: RefObject<HTMLElement | null>, times: boolean): number {
  const [room, setRoom] = useState({ width: 0, character: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const probe = document.createElement("span");
      probe.textContent = PROBE;
      probe.style.position = "absolute";
      probe.style.visibility = "hidden";
      element.append(probe);
      const character = probe.getBoundingClientRect().width / PROBE.length;
      probe.remove();
      const width = element.clientWidth;
      setRoom((before) =>
        before.width === width && before.character === character ? before : { width, character },
      );
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const gutter = (STREAM_COLUMN + (times ? TIME_COLUMN : 0)) * room.character;
  return room.character > 0 ? Math.max(1, Math.floor((room.width - PADDING - gutter) / room.character)) : 80;
}
