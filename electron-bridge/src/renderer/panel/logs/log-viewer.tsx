/**
 * What a server says: the tools, the lines, and the way back to the newest one. Puts its parts together and
 * holds what was asked for; the lines themselves are with `LogView`.
 */
import { ArrowDown, ScrollText, SearchX } from "lucide-react";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { LogRing } from "../../store/log-ring.js";
import { useLanguage, useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { LogRows, type LogRowsHandle } from "./log-rows.js";
import { exportText, fileName, saveAs } from "./log-text.js";
import { LogTools, StreamToggle } from "./log-toolbar.js";
import { LogView } from "./log-view.js";
import { createMatcher, type Matcher, type SearchQuery } from "./matcher.js";
import { useLogPreferences } from "./preferences.js";
import { SearchBox } from "./search-box.js";
import { useFindKey } from "./use-find-key.js";

export interface LogViewerProps {
  /** The server's name. */
  name: string;
}

/** The log of one server, with everything that can be done with it. Fills the height it is given. */
export function LogViewer({ name }: LogViewerProps) {
  return <ViewerOf key={name} name={name} />;
}

const NO_QUERY: SearchQuery = { text: "", regex: false };

function ViewerOf({ name }: LogViewerProps) {
  const ring: LogRing | undefined = usePythonServer((state) => state.logs[name]);
  const actions = usePythonServer((state) => state.actions);
  const preferences = useLogPreferences();
  const { stream, setStream, wrap, times } = preferences;
  const [query, setQuery] = useState(NO_QUERY);
  const [onlyMatching, setOnlyMatching] = useState(false);
  const root = useRef<HTMLElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const rows = useRef<LogRowsHandle>(null);
  useFindKey(root, input);

  const view = useMemo(() => ring && new LogView(ring), [ring]);
  const made = useMemo(() => createMatcher(query), [query]);
  const error = made && "error" in made ? made.error : undefined;
  const matcher: Matcher | undefined = made && "error" in made ? undefined : made;
  useEffect(() => view?.setFilter({ stream, matcher, onlyMatching }), [view, stream, matcher, onlyMatching]);

  const load = useCallback(
    (after: number, before: number) => actions.loadLogs(name, after, before),
    [actions, name],
  );
  const selectedText = useCallback(() => rows.current?.selectedText(), []);
  const showEverything = () => {
    setQuery(NO_QUERY);
    setOnlyMatching(false);
    setStream("all");
  };
  const clear = () => {
    view?.follow();
    void actions.clearLogs(name);
  };
  return (
    <section ref={root} className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-border border-b px-3 py-1.5">
        <SearchBox
          view={view}
          input={input}
          query={query}
          error={error}
          onlyMatching={onlyMatching}
          onQuery={setQuery}
          onOnlyMatching={setOnlyMatching}
          onGo={(direction) => rows.current?.goToMatch(direction)}
          onLeave={() => rows.current?.focus()}
        />
        <StreamToggle stream={stream} setStream={setStream} />
        <LogTools
          view={view}
          preferences={preferences}
          selectedText={selectedText}
          onExport={() => view && saveAs(fileName(name, new Date()), exportText(view.heldRows()))}
          onClear={clear}
        />
      </div>
      <div className="relative flex min-h-0 flex-1 flex-col">
        {view && (
          <>
            <LogRows
              handle={rows}
              name={name}
              view={view}
              matcher={matcher}
              wrap={wrap}
              times={times}
              onLoad={load}
            />
            <NothingMatches view={view} onShowEverything={showEverything} />
            <FollowButton view={view} rows={rows} />
          </>
        )}
        <NothingPrinted name={name} view={view} />
      </div>
    </section>
  );
}

function Notice(props: { icon: ReactNode; title: string; text: string; children?: ReactNode }) {
  return (
    <div className="pointer-events-none absolute inset-0 flex flex-col items-center justify-center gap-1 p-6 text-center">
      <span aria-hidden className="mb-1 text-muted-foreground/70 [&_svg]:size-6">
        {props.icon}
      </span>
      <p className="font-medium text-sm">{props.title}</p>
      <p className="max-w-sm text-muted-foreground text-xs text-balance">{props.text}</p>
      {props.children}
    </div>
  );
}

const nothing = () => () => {};

/** What would be here, for those who see an empty log. */
function NothingPrinted({ name, view }: { name: string; view: LogView | undefined }) {
  const text = useText();
  const held = useSyncExternalStore(view?.subscribe ?? nothing, () => view?.heldCount ?? 0);
  const resting = usePythonServer((state) => {
    const status = state.servers[name]?.status;
    return status === "stopped" || status === "error";
  });
  if (held > 0) return null;
  return (
    <Notice
      icon={<ScrollText strokeWidth={1.5} />}
      title={text("logs.emptyTitle")}
      text={text(resting ? "logs.emptyStopped" : "logs.emptyText", { name })}
    />
  );
}

function NothingMatches({ view, onShowEverything }: { view: LogView; onShowEverything: () => void }) {
  const text = useText();
  const language = useLanguage();
  useSyncExternalStore(view.subscribe, () => view.version);
  const count = view.heldCount;
  if (!view.nothingFound) return null;
  return (
    <Notice
      icon={<SearchX strokeWidth={1.5} />}
      title={text("logs.noneTitle")}
      text={text("logs.noneText", { count, number: count.toLocaleString(language) })}
    >
      <Button variant="outline" size="sm" className="pointer-events-auto mt-2" onClick={onShowEverything}>
        {text("logs.showEverything")}
      </Button>
    </Notice>
  );
}

/** The way back to the newest line, there while the view stands still. */
function FollowButton({ view, rows }: { view: LogView; rows: RefObject<LogRowsHandle | null> }) {
  const text = useText();
  const language = useLanguage();
  useSyncExternalStore(view.subscribe, () => view.version);
  if (view.following) return null;
  const count = view.newCount;
  return (
    <Button
      size="sm"
      className="absolute bottom-4 left-1/2 z-10 -translate-x-1/2 rounded-full px-3 shadow-md tabular-nums"
      onClick={() => {
        view.follow();
        rows.current?.focus();
      }}
      // It may appear under the pointer of someone who scrolls.
      onWheel={(event) => rows.current?.scrollBy(event.deltaY)}
    >
      <ArrowDown />
      {count > 0
        ? text("logs.followNew", { count, number: count.toLocaleString(language) })
        : text("logs.follow")}
    </Button>
  );
}
