/** What became of what was changed: not saved yet, in effect, or waiting for the next start. */
import { Check, RotateCw } from "lucide-react";
import { useContext } from "react";
import { useText } from "../i18n/index.js";
import { useCommands } from "../server/use-commands.js";
import { Button } from "../ui/button.js";
import { FormContext } from "./use-form.js";

/** Stands beside the buttons; a restart asks first, as everywhere. */
export function SaveOutcome({ name }: { name: string }) {
  const text = useText();
  const form = useContext(FormContext);
  const { ask, dialog } = useCommands(name);
  if (!form) return null;
  const { outcome, changed } = form;
  const saved =
    outcome === "at-next-start"
      ? text("settings.savedForNextStart")
      : outcome === "in-effect" && text("settings.saved");
  return (
    <>
      <p role="status" className="flex items-center gap-1.5 text-muted-foreground text-xs">
        {changed ? (
          text("settings.unsaved")
        ) : (
          <>
            {saved && <Check aria-hidden className="size-3.5 text-running" />}
            {saved}
          </>
        )}
      </p>
      {outcome === "at-next-start" && !changed && (
        <Button size="sm" variant="outline" onClick={(event) => ask("restart", event.currentTarget)}>
          <RotateCw />
          {text("settings.restartNow")}
        </Button>
      )}
      {dialog}
    </>
  );
}
