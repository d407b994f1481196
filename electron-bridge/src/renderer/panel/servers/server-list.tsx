/** The list of servers: one is chosen, by mouse or by keyboard. A field filters it once it is long. */
import { CircleAlert, Search } from "lucide-react";
import { type KeyboardEvent, useCallback, useDeferredValue, useEffect, useRef, useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Input } from "../ui/input.js";
import { Toggle } from "../ui/toggle.js";
import { Tooltip } from "../ui/tooltip.js";
import { isTroubled } from "./conditions.js";
import { ServerRow } from "./server-row.js";
import { useListKeys } from "./use-list-keys.js";

/** So many rows can be taken in at a glance; beyond it there is something to filter. */
const AT_A_GLANCE = 6;

const matches = (server: PanelServer | undefined, filter: string) =>
  [server?.name, server?.host, server?.supervisor?.host].some((value) =>
    value?.toLowerCase().includes(filter),
  );

export interface ServerListProps {
  names: readonly string[];
  selected: string | undefined;
  onSelect: (name: string) => void;
}

export function ServerList({ names, selected, onSelect }: ServerListProps) {
  const text = useText();
  const servers = usePythonServer((state) => state.servers);
  const [filter, setFilter] = useState("");
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const [onlyTroubled, setOnlyTroubled] = useState(false);
  const troubled = names.filter((name) => isTroubled(servers[name]));
  const among = onlyTroubled && troubled.length > 0 ? troubled : names;
  const shown = wanted === "" ? among : among.filter((name) => matches(servers[name], wanted));
  const showAll = () => {
    setFilter("");
    setOnlyTroubled(false);
  };
  const list = useRef<HTMLDivElement>(null);
  const rowOf = useCallback(
    (name: string | undefined) =>
      [...(list.current?.children ?? [])].find((child) => child.getAttribute("data-name") === name),
    [],
  );
  useEffect(() => {
    rowOf(selected)?.scrollIntoView({ block: "nearest" }); // chosen on an earlier visit or by an alert, it may be far down
  }, [rowOf, selected]);

  function goTo(name: string): void {
    onSelect(name);
    const row = rowOf(name);
    if (row instanceof HTMLElement) row.focus();
  }
  const onKeyDown = useListKeys(shown, selected, goTo);

  function onFilterKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape") setFilter("");
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    const next = shown.find((name) => name === selected) ?? shown[0];
    if (next !== undefined) goTo(next);
  }

  const entry = shown.find((name) => name === selected) ?? shown[0]; // where Tab enters the list
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {names.length > AT_A_GLANCE && (
        <div className="flex shrink-0 items-center gap-1.5 p-2 pb-1">
          <div className="relative flex-1">
            <Search aria-hidden className="absolute top-2.5 left-2.5 size-3.5 text-muted-foreground" />
            <Input
              type="search"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
              onKeyDown={onFilterKeyDown}
              placeholder={text("servers.filter")}
              aria-label={text("servers.filter")}
              className="pl-7.5"
            />
          </div>
          {troubled.length > 0 && (
            <Tooltip text={text("servers.onlyTroubled", { count: troubled.length })}>
              <Toggle
                pressed={onlyTroubled}
                onPressedChange={setOnlyTroubled}
                aria-label={text("servers.onlyTroubled", { count: troubled.length })}
                className="h-8 w-auto min-w-8 gap-1 px-2 text-failed text-xs tabular-nums"
              >
                <CircleAlert />
                {troubled.length}
              </Toggle>
            </Tooltip>
          )}
        </div>
      )}
      {shown.length === 0 ? (
        <div className="flex flex-col items-start gap-2 p-4 text-muted-foreground text-xs">
          <p>{text("servers.noMatch", { filter: filter.trim() })}</p>
          <Button variant="outline" size="sm" onClick={showAll}>
            {text("servers.showAll")}
          </Button>
        </div>
      ) : (
        <div
          ref={list}
          role="listbox"
          aria-label={text("servers.list")}
          tabIndex={-1}
          onKeyDown={onKeyDown}
          className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto p-2"
        >
          {shown.map((name) => (
            <ServerRow
              key={name}
              name={name}
              selected={name === selected}
              reachable={name === entry}
              onSelect={onSelect}
            />
          ))}
        </div>
      )}
    </div>
  );
}
