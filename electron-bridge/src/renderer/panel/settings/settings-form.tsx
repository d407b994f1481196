/** The settings of one server as a form: two groups, and beneath them what is done with what was changed. */
import { type FormEvent, useRef } from "react";
import type { Settings } from "../../../shared/generated/protocol.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { ChoiceSetting, SwitchSetting, TextSetting } from "./controls.js";
import { isLoopback } from "./entries.js";
import { Group } from "./field.js";
import { RestartSettings } from "./restart-settings.js";
import { SaveOutcome } from "./save-outcome.js";
import { FormContext, useSettingsForm } from "./use-form.js";

export interface SettingsFormProps {
  settings: Settings;
  /** Reads the settings anew. */
  onSaved: (saved: Settings) => void;
}

/** `settings` to be changed. */
export function SettingsForm({ settings, onSaved }: SettingsFormProps) {
  const text = useText();
  const form = useSettingsForm(settings, onSaved);
  const element = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const entry = await form.save();
    const control = entry && element.current?.elements.namedItem(entry);
    if (control instanceof HTMLElement) control.focus();
  };
  const open = form.entries.host.trim() !== "" && !isLoopback(form.entries.host);
  return (
    <FormContext value={form}>
      <form
        ref={element}
        noValidate
        onSubmit={(event) => void submit(event)}
        className="@container/settings flex min-h-full flex-col"
      >
        <div className="grid w-full max-w-3xl flex-1 content-start gap-4 p-4">
          {form.problem !== undefined && (
            <div role="alert" className="rounded-lg border border-failed/30 bg-failed-soft px-3.5 py-2.5">
              <p className="font-medium">{text("settings.saveFailed")}</p>
              <p className="text-muted-foreground text-xs">{form.problem}</p>
            </div>
          )}
          <Group title={text("settings.network")}>
            <TextSetting entry="port" label="port" help="settings.port-help" inputMode="numeric" />
            <TextSetting
              entry="host"
              label="host"
              help="settings.host-help"
              inputMode="text"
              warning={open ? text("settings.host-open") : undefined}
            />
            <ChoiceSetting
              entry="portConflict"
              label="settings.portConflict"
              help="settings.portConflict-help"
              choices={{ fail: "settings.portConflict-fail", next: "settings.portConflict-next" }}
            />
          </Group>
          <Group title={text("settings.life")}>
            <SwitchSetting entry="autostart" label="settings.autostart" help="settings.autostart-help" />
            <RestartSettings detailed={form.entries.policy !== "never"} />
          </Group>
          <p className="text-muted-foreground text-xs">{text("settings.lifetime")}</p>
        </div>
        <div className="sticky bottom-0 flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 border-border border-t bg-background px-4 py-2">
          <SaveOutcome name={settings.name} />
          <div className="ml-auto flex gap-2">
            <Button variant="outline" disabled={!form.changed || form.saving} onClick={form.revert}>
              {text("settings.revert")}
            </Button>
            <Button type="submit" disabled={!form.changed} aria-busy={form.saving}>
              {text("settings.save")}
            </Button>
          </div>
        </div>
      </form>
    </FormContext>
  );
}
