/** A line cut into the pieces that look alike: by its colours, by what was found in it, and by its level word. */
import { type AnsiStyle, parseAnsi } from "./ansi.js";
import { findLevel, type Level } from "./level.js";
import type { Matcher } from "./matcher.js";

/** A piece of a line that looks the same from end to end. */
export interface Segment {
  text: string;
  /** Where it begins in the line's text. */
  start: number;
  style?: AnsiStyle;
  marked?: true;
  level?: Level;
}

export interface LineSegments {
  segments: readonly Segment[];
  level: Level | undefined;
  /** Characters that were left out at the end. */
  hidden: number;
}

/** Cuts the first `limit` characters of a line into segments. */
export function lineSegments(raw: string, matcher: Matcher | undefined, limit: number): LineSegments {
  const spans = parseAnsi(raw);
  const whole = spans.map((span) => span.text).join("");
  const text = whole.slice(0, limit);
  const found = findLevel(text);
  const ranges = matcher?.ranges(text) ?? [];
  const borders = new Set<number>([0, text.length]);
  for (const [start, end] of ranges) borders.add(start).add(end);
  if (found) borders.add(found.start).add(found.end);
  let offset = 0;
  for (const span of spans) {
    if (offset < text.length) borders.add(offset);
    offset += span.text.length;
  }
  const cuts = [...borders].sort((a, b) => a - b);
  const segments: Segment[] = [];
  let spanIndex = 0;
  let spanEnd = spans[0]?.text.length ?? 0;
  let rangeIndex = 0;
  for (let index = 0; index + 1 < cuts.length; index++) {
    const start = cuts[index] as number;
    while (start >= spanEnd) spanEnd += spans[++spanIndex]?.text.length ?? Number.POSITIVE_INFINITY;
    while ((ranges[rangeIndex]?.[1] ?? Number.POSITIVE_INFINITY) <= start) rangeIndex++;
    const segment: Segment = { text: text.slice(start, cuts[index + 1]), start };
    const style = spans[spanIndex]?.style;
    if (style) segment.style = style;
    if ((ranges[rangeIndex]?.[0] ?? Number.POSITIVE_INFINITY) <= start) segment.marked = true;
    // A program's own colour says more than ours.
    if (found && !style && start >= found.start && start < found.end) segment.level = found.level;
    segments.push(segment);
  }
  return { segments, level: found?.level, hidden: whole.length - text.length };
}
