/** The tools above the log that are not about searching: which stream, how it is shown, and where it goes. */
import { Check, Clock, Copy, Download, Eraser, Pause, WrapText } from "lucide-react";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { useLanguage, useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Toggle, ToggleGroup, ToggleGroupItem } from "../ui/toggle.js";
import { Tooltip } from "../ui/tooltip.js";
import { copyText, linesText } from "./log-text.js";
import type { LogView } from "./log-view.js";
import { isStreamFilter, type LogPreferences } from "./preferences.js";

/** Which stream is shown. stderr is a stream like the other: many servers log there. */
export function StreamToggle({ stream, setStream }: Pick<LogPreferences, "stream" | "setStream">) {
  const text = useText();
  const choices = [
    ["all", text("logs.allStreams"), text("logs.allStreamsLong")],
    ["stdout", text("logs.stdout"), text("logs.stdoutLong")],
    ["stderr", text("logs.stderr"), text("logs.stderrLong")],
  ] as const;
  return (
    <ToggleGroup
      type="single"
      aria-label={text("logs.streams")}
      value={stream}
      onValueChange={(value: string) => {
        if (isStreamFilter(value)) setStream(value);
      }}
    >
      {choices.map(([value, label, long]) => (
        <Tooltip key={value} text={long}>
          <ToggleGroupItem value={value} className={value === "all" ? undefined : "font-mono"}>
            {label}
          </ToggleGroupItem>
        </Tooltip>
      ))}
    </ToggleGroup>
  );
}

function ToolToggle(props: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Tooltip text={props.label}>
      <Toggle aria-label={props.label} pressed={props.on} onPressedChange={props.onChange}>
        {props.children}
      </Toggle>
    </Tooltip>
  );
}

function Tool(props: {
  label: string;
  hint?: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip text={props.hint ?? props.label}>
      <Button
        variant="ghost"
        size="icon-sm"
        className="text-muted-foreground"
        aria-label={props.label}
        aria-disabled={props.disabled || undefined}
        // The selection in the log has to outlive the click on "copy".
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => !props.disabled && props.onClick()}
      >
        {props.children}
      </Button>
    </Tooltip>
  );
}

/** Holds the view still, for those who do not scroll; shows itself as done once it is still. */
function PauseTool({ view }: { view: LogView }) {
  const text = useText();
  const following = useSyncExternalStore(view.subscribe, () => view.following);
  return (
    <Tool label={text("logs.pause")} disabled={!following} onClick={() => view.pause()}>
      <Pause />
    </Tool>
  );
}

/** How long "copied" stands in place of the icon, in ms. */
const COPIED_FOR_MS = 1600;

function CopyTool({ view, selectedText }: { view: LogView; selectedText: () => string | undefined }) {
  const text = useText();
  const language = useLanguage();
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const copied = selectedText() ?? linesText(view.rows());
    const count = copied === "" ? 0 : copied.split("\n").length;
    try {
      await copyText(copied);
      setSaid(text("logs.copiedLines", { count, number: count.toLocaleString(language) }));
    } catch {
      setSaid(text("logs.copyFailed"));
    }
  };
  return (
    <>
      <Tool label={text("copy")} hint={text("logs.copyLines")} onClick={() => void copy()}>
        {said ? <Check className="text-running" /> : <Copy />}
      </Tool>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}

export interface LogToolsProps {
  view: LogView | undefined;
  preferences: LogPreferences;
  selectedText: () => string | undefined;
  onExport: () => void;
  onClear: () => void;
}

export function LogTools({ view, preferences, selectedText, onExport, onClear }: LogToolsProps) {
  const text = useText();
  const { wrap, times, setWrap, setTimes } = preferences;
  return (
    <div className="flex items-center gap-0.5">
      {view && <PauseTool view={view} />}
      <ToolToggle label={text("logs.wrap")} on={wrap} onChange={setWrap}>
        <WrapText />
      </ToolToggle>
      <ToolToggle label={text("logs.times")} on={times} onChange={setTimes}>
        <Clock />
      </ToolToggle>
      <span aria-hidden className="mx-1 h-4 w-px bg-border" />
      {view && <CopyTool view={view} selectedText={selectedText} />}
      <Tool
        label={text("logs.exportLabel")}
        hint={text("logs.exportLong")}
        disabled={!view}
        onClick={onExport}
      >
        <Download />
      </Tool>
      <Tool label={text("clear")} hint={text("logs.clearLong")} disabled={!view} onClick={onClear}>
        <Eraser />
      </Tool>
    </div>
  );
}
