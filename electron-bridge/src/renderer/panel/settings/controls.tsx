/** The controls of the settings, each bound to its field of the form. */
import { type ReactNode, useContext } from "react";
import { type TextKey, useText } from "../i18n/index.js";
import { Input } from "../ui/input.js";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "../ui/select.js";
import { Switch } from "../ui/switch.js";
import type { Entries, Entry } from "./entries.js";
import { Field } from "./field.js";
import { FormContext, type SettingsForm } from "./use-form.js";

interface FieldWords {
  label: TextKey;
  help: TextKey;
  nested?: boolean;
}

function useForm(): SettingsForm {
  const form = useContext(FormContext);
  if (!form) throw new Error("A setting stands outside of its form.");
  return form;
}

type Typed = {
  [Key in Entry]: Entries[Key] extends string ? (string extends Entries[Key] ? Key : never) : never;
}[Entry];

interface TextSettingProps extends FieldWords {
  entry: Typed;
  /** Which keyboard a touch screen shows. */
  inputMode: "text" | "numeric" | "decimal";
  /** Stands behind the input. */
  unit?: TextKey;
  warning?: string | undefined;
}

/** A setting that is typed. */
export function TextSetting({ entry, label, help, nested, inputMode, unit, warning }: TextSettingProps) {
  const text = useText();
  const form = useForm();
  return (
    <Field
      label={text(label)}
      help={text(help)}
      nested={nested ?? false}
      fault={form.faultOf(entry)}
      warning={warning}
    >
      {(control) => (
        <Beside unit={unit && text(unit)}>
          <Input
            {...control}
            name={entry}
            value={form.entries[entry]}
            inputMode={inputMode}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className={inputMode === "text" ? undefined : "tabular-nums"}
            onChange={(event) => form.change({ [entry]: event.target.value })}
            onBlur={() => form.leave(entry)}
          />
        </Beside>
      )}
    </Field>
  );
}

function Beside({ unit, children }: { unit: string | undefined; children: ReactNode }) {
  return (
    <div className="relative">
      {children}
      {unit !== undefined && (
        <span
          aria-hidden
          className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-muted-foreground text-xs"
        >
          {unit}
        </span>
      )}
    </div>
  );
}

interface ChoiceSettingProps<Key extends "portConflict" | "policy"> extends FieldWords {
  entry: Key;
  choices: Record<Entries[Key], TextKey>;
}

/** A setting that is one of a few. */
export function ChoiceSetting<Key extends "portConflict" | "policy">(props: ChoiceSettingProps<Key>) {
  const { entry, label, help, choices } = props;
  const text = useText();
  const form = useForm();
  return (
    <Field label={text(label)} help={text(help)} fault={form.faultOf(entry)}>
      {(control) => (
        <Select
          name={entry}
          value={form.entries[entry]}
          onValueChange={(chosen) => form.change({ [entry]: chosen })}
        >
          <SelectTrigger {...control} className="min-w-0 [&>span]:truncate">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {Object.entries<TextKey>(choices).map(([choice, words]) => (
              <SelectItem key={choice} value={choice}>
                {text(words)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      )}
    </Field>
  );
}

/** A setting that is on or off. */
export function SwitchSetting({ entry, label, help }: FieldWords & { entry: "autostart" }) {
  const text = useText();
  const form = useForm();
  return (
    <Field label={text(label)} help={text(help)} fault={form.faultOf(entry)}>
      {(control) => (
        <Switch
          {...control}
          name={entry}
          checked={form.entries[entry]}
          onCheckedChange={(checked) => form.change({ [entry]: checked })}
        />
      )}
    </Field>
  );
}
