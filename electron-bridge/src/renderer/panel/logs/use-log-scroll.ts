/**
 * Where the log stands: at its end while following, else at the rows someone looks at, whatever comes in or
 * goes away around them. Decides what counts as scrolling away, and as coming back.
 */
import {
  defaultRangeExtractor,
  observeElementRect,
  type Range,
  useVirtualizer,
  type Virtualizer,
} from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  type WheelEvent,
} from "react";
import { keyOf } from "./held-rows.js";
import { ROW_HEIGHT } from "./log-row.js";
import type { LogView } from "./log-view.js";
import { isOnGrid, wrappedHeight } from "./use-line-heights.js";

/** Rows drawn above and below those in sight, so that scrolling shows no white. */
const OVERSCAN = 12;
/** Nearer than this to the end is the end, in CSS pixels. */
const AT_END = 4;
/** Above and below the rows, in CSS pixels. */
const PADDING = 6;
/** Taken where nothing is laid out, as in tests of apps: some rows are there all the same. In CSS pixels. */
const UNMEASURED_HEIGHT = 400;
/** Sizes of rows long gone are forgotten beyond this. */
const MOST_SIZES = 20_000;

export interface LogScroll {
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  /** Measures a row that needs it. */
  measure: (index: number) => ((element: HTMLDivElement | null) => void) | undefined;
  /** The index of the first row in sight. */
  firstInSight: () => number;
  /** Brings a row into the middle. */
  show: (index: number) => void;
  handlers: {
    onScroll: () => void;
    onWheel: (event: WheelEvent) => void;
    onTouchMove: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
  };
}

export function useLogScroll(
  view: LogView,
  scroller: RefObject<HTMLDivElement | null>,
  options: { wrap: boolean; columns: number },
): LogScroll {
  const { wrap, columns } = options;
  const { following, layout } = view;
  const rowsMoved = wrap ? layout : 0;

  const estimateSize = useCallback(
    (index: number) => {
      const row = wrap ? view.at(index) : undefined;
      return row ? wrappedHeight(row, columns) : ROW_HEIGHT;
    },
    [view, wrap, columns],
  );
  // Unwrapped rows are all alike: with the index as the key nothing is computed again when they move up.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows at other indexes need to be laid out anew
  const getItemKey = useCallback(
    (index: number) => {
      const row = wrap ? view.at(index) : undefined;
      return row ? keyOf(row) : index;
    },
    [view, wrap, rowsMoved],
  );
  const height = useRef(UNMEASURED_HEIGHT);
  // While following, what is drawn are the last rows: the scroll position is told one frame too late.
  const rangeExtractor = useCallback(
    (range: Range) => {
      if (!following) return defaultRangeExtractor(range);
      const rows = Math.ceil(height.current / ROW_HEIGHT) + OVERSCAN;
      return defaultRangeExtractor({
        ...range,
        startIndex: Math.max(0, range.count - rows),
        endIndex: range.count - 1,
      });
    },
    [following],
  );

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: view.count,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    rangeExtractor,
    observeElementRect: (instance, tell) =>
      observeElementRect(instance, (rect) => {
        height.current = rect.height || UNMEASURED_HEIGHT;
        tell({ width: rect.width, height: height.current });
      }),
    overscan: OVERSCAN,
    paddingStart: PADDING,
    paddingEnd: PADDING,
  });

  const anchor = useRef<{ key: number; offset: number } | undefined>(undefined);
  const lastTop = useRef(0);
  const arranged = `${layout}:${wrap}:${wrap ? columns : 0}`;
  const lastArranged = useRef(arranged);
  const lastColumns = useRef(`${wrap}:${columns}`);

  const rememberAnchor = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const item = view.count > 0 ? virtualizer.getVirtualItemForOffset(top) : undefined;
    const row = item && view.at(item.index);
    anchor.current = item && row && { key: keyOf(row), offset: top - item.start };
  }, [view, virtualizer, scroller]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const shape = `${wrap}:${columns}`;
    if (lastColumns.current !== shape || virtualizer.itemSizeCache.size > MOST_SIZES) virtualizer.measure();
    lastColumns.current = shape;
    const moved = lastArranged.current !== arranged;
    lastArranged.current = arranged;
    if (following) {
      element.scrollTop = element.scrollHeight;
      lastTop.current = element.scrollTop;
      anchor.current = undefined;
    } else if (moved && anchor.current) {
      const index = view.indexOfKey(anchor.current.key);
      const start = virtualizer.getOffsetForIndex(Math.max(0, Math.min(index, view.count - 1)), "start")?.[0];
      if (start !== undefined) element.scrollTop = start + anchor.current.offset;
      lastTop.current = element.scrollTop;
    } else rememberAnchor();
  });

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const top = element.scrollTop;
    const atEnd = element.scrollHeight - element.clientHeight - top <= AT_END;
    const before = lastTop.current;
    lastTop.current = top;
    if (view.following) {
      if (top < before - 1 && !atEnd) view.pause();
    } else if (top > before && atEnd) view.follow();
    if (!view.following) rememberAnchor();
  }, [view, scroller, rememberAnchor]);

  const scrollable = useCallback(() => {
    const element = scroller.current;
    return element !== null && element.scrollHeight > element.clientHeight;
  }, [scroller]);

  // These come before the scroll event: following must not pull the view back in between.
  const onWheel = useCallback(
    (event: WheelEvent) => {
      if (event.deltaY < 0 && !event.ctrlKey && !event.shiftKey && scrollable()) view.pause();
    },
    [view, scrollable],
  );
  const onTouchMove = useCallback(() => {
    if (scrollable()) view.pause();
  }, [view, scrollable]);
  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget) return;
      if (["PageUp", "ArrowUp", "Home"].includes(event.key) && scrollable()) view.pause();
      if (event.key !== "End") return;
      event.preventDefault();
      view.follow();
    },
    [view, scrollable],
  );

  return {
    virtualizer,
    measure: (index) => {
      // At the end heights do not matter: what is drawn begins somewhere above, and ends at the end.
      const row = wrap && !following ? view.at(index) : undefined;
      return row && !isOnGrid(row) ? virtualizer.measureElement : undefined;
    },
    firstInSight: () => virtualizer.getVirtualItemForOffset(scroller.current?.scrollTop ?? 0)?.index ?? 0,
    show: (index) => virtualizer.scrollToIndex(index, { align: "center" }),
    handlers: { onScroll, onWheel, onTouchMove, onKeyDown },
  };
}
