/** The scrolling part of the log viewer: draws the rows in sight and no others. */
import {
  type PointerEvent,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useLanguage, useText } from "../i18n/index.js";
import { cn } from "../ui/class-names.js";
import { keyOf } from "./held-rows.js";
import { LogRowView } from "./log-row.js";
import { fullTime } from "./log-time.js";
import type { LogView } from "./log-view.js";
import type { Matcher } from "./matcher.js";
import { useColumns } from "./use-line-heights.js";
import { useLogScroll } from "./use-log-scroll.js";
import { useLogSelection } from "./use-log-selection.js";

/** What the tools above the log do with it. */
export interface LogRowsHandle {
  /** Goes to the next match below, or above; from the end upwards while following. */
  goToMatch: (direction: 1 | -1) => void;
  /** The text selected in the log, all of it after "select all"; undefined if nothing is. */
  selectedText: () => string | undefined;
  focus: () => void;
  /** Scrolls by so many CSS pixels. */
  scrollBy: (pixels: number) => void;
}

export interface LogRowsProps {
  name: string;
  view: LogView;
  matcher: Matcher | undefined;
  wrap: boolean;
  times: boolean;
  handle: RefObject<LogRowsHandle | null>;
  onLoad: (after: number, before: number) => Promise<void>;
}

export function LogRows({ name, view, matcher, wrap, times, handle, onLoad }: LogRowsProps) {
  const text = useText();
  const language = useLanguage();
  useSyncExternalStore(view.subscribe, () => view.version);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller, times);
  const { virtualizer, measure, firstInSight, show, handlers } = useLogScroll(view, scroller, {
    wrap,
    columns,
  });
  const { allSelected, selectedText, selectionHandlers } = useLogSelection(view, scroller);

  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const expand = useCallback(
    (seq: number) => {
      view.pause();
      setExpanded((before) => new Set(before).add(seq));
    },
    [view],
  );

  const toReveal = useRef(false);
  useImperativeHandle(handle, () => ({
    goToMatch(direction) {
      const fromEnd = view.following && view.currentOrdinal === 0;
      const index = fromEnd ? view.goToMatch(-1, view.count) : view.goToMatch(direction, firstInSight());
      if (index === undefined) return;
      toReveal.current = true;
      show(index);
    },
    selectedText,
    focus: () => scroller.current?.focus(),
    scrollBy: (pixels) => scroller.current?.scrollBy({ top: pixels }),
  }));
  // In a long line that is not wrapped, what was found may be far to the right; and it may be drawn only once
  // the scrolling has arrived.
  useLayoutEffect(() => {
    if (!toReveal.current) return;
    const mark = scroller.current?.querySelector("mark[data-current]");
    if (!mark) return;
    toReveal.current = false;
    mark.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const tellTime = (event: PointerEvent) => {
    const element = event.target as HTMLElement;
    const time = element.dataset.time;
    if (time && !element.title) element.title = fullTime(time, language);
  };

  const stderrTag = text("logs.stderr");
  const items = virtualizer.getVirtualItems();
  return (
    <div
      ref={scroller}
      role="log"
      aria-label={text("logs.region", { name })}
      aria-live={view.calm && view.following ? "polite" : "off"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      className={cn(
        "min-h-0 flex-1 contain-strict overflow-auto overscroll-contain bg-background font-mono text-[12px] leading-5 [overflow-anchor:none] outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset",
        "[overflow-wrap:normal] [word-break:normal] [tab-size:4]",
      )}
      onPointerOver={tellTime}
      {...handlers}
      {...selectionHandlers}
      onKeyDown={(event) => {
        handlers.onKeyDown(event);
        selectionHandlers.onKeyDown(event);
      }}
    >
      <div
        data-all-selected={allSelected || undefined}
        className={cn("min-w-full data-all-selected:bg-primary/20", wrap ? "w-full" : "w-max")}
        style={{
          paddingTop: items[0]?.start ?? 0,
          paddingBottom: Math.max(0, virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)),
        }}
      >
        {items.map(({ index }) => {
          const row = view.at(index);
          if (!row) return null;
          const key = keyOf(row);
          return (
            <div key={key} data-index={index} ref={measure(index)}>
              <LogRowView
                row={row}
                wrap={wrap}
                times={times}
                stderrTag={stderrTag}
                matcher={matcher}
                current={view.isCurrent(index)}
                expanded={expanded.has(key)}
                onExpand={expand}
                onLoad={onLoad}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}
