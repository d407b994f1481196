/** How lines are put among those that are held already. Pure: stretches in, stretches out. */
import { Gap, type Lines, type Segment } from "./log-segments.js";

/**
 * Puts `lines` where they belong: before the first stretch and into gaps. What is held stays, and what comes
 * after the last stretch is left to the caller. Stretches that do not change are the same objects.
 */
export function weave(segments: readonly Segment[], lines: Lines): Segment[] {
  const first = segments[0]?.seq ?? lines.seq;
  const woven: Segment[] = [];
  const put = (from: number, to: number) => {
    if (from < to) woven.push(lines.slice(from, to));
  };
  put(lines.seq, Math.min(lines.end, first));
  if (lines.end < first) woven.push(new Gap(lines.end, first));
  for (const segment of segments) {
    const from = Math.max(segment.seq, lines.seq);
    const to = Math.min(segment.end, lines.end);
    if (!(segment instanceof Gap) || from >= to) {
      woven.push(segment);
      continue;
    }
    woven.push(...gapsOf([segment.seq, from, segment.lost]));
    put(from, to);
    woven.push(...gapsOf([to, segment.end, segment.lost]));
  }
  return joinGaps(woven);
}

/** Marks as lost what is missing of the lines numbered from `from` to before `to`. */
export function markLost(segments: readonly Segment[], from: number, to: number): Segment[] {
  const marked = segments.flatMap((segment) => {
    const lostFrom = Math.max(segment.seq, from);
    const lostTo = Math.min(segment.end, to);
    if (!(segment instanceof Gap) || lostFrom >= lostTo) return [segment];
    return gapsOf(
      [segment.seq, lostFrom, segment.lost],
      [lostFrom, lostTo, true],
      [lostTo, segment.end, segment.lost],
    );
  });
  return joinGaps(marked);
}

/** One gap of both, if they are of one kind. */
export function joined(gap: Segment | undefined, next: Segment): Gap | undefined {
  const areAlike = gap instanceof Gap && next instanceof Gap && gap.lost === next.lost;
  return areAlike ? new Gap(gap.seq, next.end, gap.lost) : undefined;
}

function joinGaps(segments: readonly Segment[]): Segment[] {
  const all: Segment[] = [];
  for (const segment of segments) {
    const one = joined(all.at(-1), segment);
    if (one) all[all.length - 1] = one;
    else all.push(segment);
  }
  return all;
}

function gapsOf(...parts: [from: number, to: number, lost: boolean][]): Gap[] {
  return parts.filter(([from, to]) => from < to).map(([from, to, lost]) => new Gap(from, to, lost));
}
