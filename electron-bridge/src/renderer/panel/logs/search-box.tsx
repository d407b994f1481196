/** Where one types what to look for in the logs; how much was found, and the way from one place to the next. */
import { ArrowDown, ArrowUp, ListFilter, Regex, Search, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useSyncExternalStore } from "react";
import { useLanguage, useText } from "../i18n/index.js";
import { cn } from "../ui/class-names.js";
import { Toggle } from "../ui/toggle.js";
import { Tooltip } from "../ui/tooltip.js";
import type { LogView } from "./log-view.js";
import type { SearchQuery } from "./matcher.js";

export interface SearchBoxProps {
  view: LogView | undefined;
  input: RefObject<HTMLInputElement | null>;
  query: SearchQuery;
  /** What is wrong with the regular expression. */
  error: string | undefined;
  onlyMatching: boolean;
  onQuery: (query: SearchQuery) => void;
  onOnlyMatching: (only: boolean) => void;
  onGo: (direction: 1 | -1) => void;
  /** Escape in an empty field. */
  onLeave: () => void;
}

export function SearchBox(props: SearchBoxProps) {
  const { view, input, query, error, onlyMatching, onQuery, onOnlyMatching, onGo, onLeave } = props;
  const text = useText();
  const message = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter ends a syllable that is still being put together, as in Korean, before it means anything to us.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      onGo(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (query.text === "") onLeave();
      else onQuery({ ...query, text: "" });
    }
  };
  return (
    <div className="relative flex min-w-52 flex-[1_1_13rem]">
      <div
        className={cn(
          "flex h-7 min-w-0 flex-1 items-center rounded-md border border-input bg-background pr-0.5 pl-2 focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/40",
          error && "border-destructive focus-within:border-destructive focus-within:ring-destructive/30",
        )}
      >
        <Search aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
        <input
          ref={input}
          type="search"
          aria-label={text("logs.searchLabel")}
          aria-invalid={error !== undefined}
          aria-describedby={error ? message : undefined}
          placeholder={text("logs.searchHint")}
          spellCheck={false}
          autoComplete="off"
          value={query.text}
          onChange={(event) => onQuery({ ...query, text: event.target.value })}
          onKeyDown={onKeyDown}
          className="h-full min-w-10 flex-1 bg-transparent px-1.5 text-xs outline-none [&::-webkit-search-cancel-button]:hidden"
        />
        {query.text !== "" && !error && <Found view={view} onGo={onGo} />}
        {query.text !== "" && (
          <IconButton label={text("logs.resetSearch")} onClick={() => onQuery({ ...query, text: "" })}>
            <X />
          </IconButton>
        )}
        <Tooltip text={text("logs.regex")}>
          <Toggle
            className="size-6 rounded-[5px]"
            aria-label={text("logs.regex")}
            pressed={query.regex}
            onPressedChange={(regex) => onQuery({ ...query, regex })}
          >
            <Regex className="size-3.5!" />
          </Toggle>
        </Tooltip>
        <Tooltip text={text("logs.onlyMatching")}>
          <Toggle
            className="size-6 rounded-[5px]"
            aria-label={text("logs.onlyMatching")}
            pressed={onlyMatching}
            onPressedChange={onOnlyMatching}
          >
            <ListFilter className="size-3.5!" />
          </Toggle>
        </Tooltip>
      </div>
      {error && (
        <p
          id={message}
          role="alert"
          className="absolute top-full left-0 z-20 mt-1 max-w-full rounded-md border border-border bg-popover px-2 py-1 text-destructive text-xs shadow-md"
        >
          {text("logs.regexWrong", { reason: error })}
        </p>
      )}
    </div>
  );
}

function IconButton(props: { label: string; disabled?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip text={props.label}>
      <button
        type="button"
        aria-label={props.label}
        disabled={props.disabled}
        onClick={props.onClick}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-[5px] text-muted-foreground outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 [&_svg]:size-3.5"
      >
        {props.children}
      </button>
    </Tooltip>
  );
}

const nothing = () => () => {};

/** How many lines match, and which of them one is at. */
function Found({ view, onGo }: { view: LogView | undefined; onGo: (direction: 1 | -1) => void }) {
  const text = useText();
  const language = useLanguage();
  useSyncExternalStore(view?.subscribe ?? nothing, () => view?.version ?? 0);
  const count = view?.matchCount ?? 0;
  const words = text("logs.ordinal", {
    ordinal: (view?.currentOrdinal ?? 0).toLocaleString(language),
    count: `${count.toLocaleString(language)}${view?.searching ? "…" : ""}`,
  });
  return (
    <>
      <span
        role="status"
        aria-live="off"
        className="shrink-0 px-1 text-muted-foreground text-xs tabular-nums"
      >
        {words}
      </span>
      <IconButton label={text("logs.previous")} disabled={count === 0} onClick={() => onGo(-1)}>
        <ArrowUp />
      </IconButton>
      <IconButton label={text("logs.next")} disabled={count === 0} onClick={() => onGo(1)}>
        <ArrowDown />
      </IconButton>
    </>
  );
}
