/** One line of a log, or one gap. They are plain text to the browser: selecting and copying work as anywhere. */
import { type CSSProperties, memo, useMemo, useState } from "react";
import type { LogGap, LogLine, LogRow } from "../../store/log-ring.js";
import { useLanguage, useText } from "../i18n/index.js";
import { cn } from "../ui/class-names.js";
import type { AnsiStyle } from "./ansi.js";
import { themedColors } from "./ansi-palette.js";
import { isGap } from "./held-rows.js";
import type { Level } from "./level.js";
import { lineSegments, type Segment } from "./line-segments.js";
import { clockTime } from "./log-time.js";
import type { Matcher } from "./matcher.js";

/** The height of a row that is not wrapped, and of each row of a wrapped one, in CSS pixels. */
export const ROW_HEIGHT = 20;
/** Characters drawn of a long line until more is asked for: 64 KiB in one line would stop the page for a moment. */
export const SHOWN_OF_LONG_LINE = 2000;

export interface LogRowProps {
  row: LogRow;
  wrap: boolean;
  times: boolean;
  /** What stands before the lines of stderr. Comes from above: looking up words for every row costs frames. */
  stderrTag: string;
  matcher: Matcher | undefined;
  /** Whether it is the match that was gone to. */
  current: boolean;
  /** Whether it is shown in full length. */
  expanded: boolean;
  onExpand: (seq: number) => void;
  onLoad: (after: number, before: number) => Promise<void>;
}

export const LogRowView = memo(function LogRowView(props: LogRowProps) {
  const { row } = props;
  return isGap(row) ? <GapRow gap={row} onLoad={props.onLoad} /> : <LineRow {...props} line={row} />;
});

const EDGE: Partial<Record<Level, string>> = {
  warning: "shadow-[inset_2px_0_var(--changing)]",
  error: "shadow-[inset_2px_0_var(--failed)]",
  critical: "shadow-[inset_2px_0_var(--failed)] bg-failed-soft/60",
};

function LineRow({
  line,
  wrap,
  times,
  stderrTag,
  matcher,
  current,
  expanded,
  onExpand,
}: LogRowProps & { line: LogLine }) {
  const limit = expanded ? Number.POSITIVE_INFINITY : SHOWN_OF_LONG_LINE;
  const { segments, level, hidden } = useMemo(
    () => lineSegments(line.text, matcher, limit),
    [line.text, matcher, limit],
  );
  return (
    <div
      className={cn(
        "flex min-w-full px-3 hover:bg-muted",
        wrap ? "items-start" : "h-5 overflow-hidden",
        level && EDGE[level],
        current && "bg-primary/10",
      )}
    >
      {times && (
        <span data-time={line.time} className="w-[9.5ch] shrink-0 text-muted-foreground select-none">
          {clockTime(line.time)}
        </span>
      )}
      <span className="w-[4ch] shrink-0 text-muted-foreground select-none">
        {line.stream === "stderr" && stderrTag}
      </span>
      <span
        data-line={line.seq}
        className={
          wrap ? "min-w-0 flex-1 [line-break:anywhere] [white-space:break-spaces]" : "whitespace-pre"
        }
      >
        {segments.map((segment) => (
          <SegmentView key={segment.start} segment={segment} current={current} />
        ))}
        {hidden > 0 && <MoreButton characters={hidden} onClick={() => onExpand(line.seq)} />}
      </span>
    </div>
  );
}

/** What is left of a long line, and the way to it. */
function MoreButton({ characters, onClick }: { characters: number; onClick: () => void }) {
  const text = useText();
  const language = useLanguage();
  const size = Math.max(1, Math.round(characters / 1024)).toLocaleString(language);
  return (
    <button
      type="button"
      className="ml-2 text-primary select-none hover:underline focus-visible:underline"
      onClick={onClick}
    >
      {text("logs.more", { size })} · {text("logs.showAll")}
    </button>
  );
}

const LEVELS: Record<Level, string> = {
  debug: "text-muted-foreground",
  info: "text-running",
  warning: "text-changing font-semibold",
  error: "text-failed font-semibold",
  critical: "text-failed font-bold",
};

function SegmentView({ segment, current }: { segment: Segment; current: boolean }) {
  const { text, style, marked, level } = segment;
  if (marked)
    return (
      <mark
        data-current={current || undefined}
        className={cn(
          "scroll-mx-48 rounded-[2px] bg-[#ffe28a] text-[#1f1a00] dark:bg-[#6b5300] dark:text-[#fff6d6]",
          current && "bg-[#ff9d3c] text-[#1f1200] dark:bg-[#ffb454] dark:text-[#1f1200]",
        )}
      >
        {text}
      </mark>
    );
  if (style)
    return (
      <span className={classesOf(style)} style={variablesOf(style)}>
        {text}
      </span>
    );
  return level ? <span className={LEVELS[level]}>{text}</span> : text;
}

function classesOf(style: AnsiStyle): string {
  const colors = themedColors(style);
  return cn(
    colors.light && "text-(--ansi-light) dark:text-(--ansi-dark)",
    colors.lightBehind && "bg-(--ansi-light-behind) dark:bg-(--ansi-dark-behind)",
    // Paler than muted text nothing may be, or it cannot be read.
    style.dim && !colors.light && "text-muted-foreground",
    style.bold && "font-bold",
    style.italic && "italic",
    style.underline && style.strike ? "[text-decoration:underline_line-through]" : undefined,
    style.underline && !style.strike && "underline",
    style.strike && !style.underline && "line-through",
  );
}

function variablesOf(style: AnsiStyle): CSSProperties {
  const { light, dark, lightBehind, darkBehind } = themedColors(style);
  return {
    "--ansi-light": light,
    "--ansi-dark": dark,
    "--ansi-light-behind": lightBehind,
    "--ansi-dark-behind": darkBehind,
  } as CSSProperties;
}

interface GapRowProps {
  gap: LogGap;
  onLoad: LogRowProps["onLoad"];
}

/** What is missing between two lines, and the way to get it back as far as it is still held anywhere. */
function GapRow({ gap: { after, before, count, lost }, onLoad }: GapRowProps) {
  const text = useText();
  const language = useLanguage();
  const [loading, setLoading] = useState(false);
  const load = () => {
    setLoading(true);
    void onLoad(after, before).finally(() => setLoading(false));
  };
  return (
    <div className="flex h-5 items-center gap-1.5 overflow-hidden bg-muted px-3 font-sans text-muted-foreground">
      <span>{text("logs.gap", { count, number: count.toLocaleString(language) })}</span>
      <span aria-hidden>·</span>
      {lost ? (
        <span>{text("logs.gone")}</span>
      ) : (
        <button
          type="button"
          disabled={loading}
          className="text-primary select-none hover:underline focus-visible:underline disabled:text-muted-foreground"
          onClick={load}
        >
          {loading ? text("logs.loading") : text("logs.load")}
        </button>
      )}
    </div>
  );
}
