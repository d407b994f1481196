/** The form over the settings of one server: what stands in it, what is wrong with it, and saving it. */
import { createContext, useRef, useState } from "react";
import type { Settings } from "../../../shared/generated/protocol.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { changesIn, type Entries, type Entry, entriesOf, faultsIn } from "./entries.js";
import { useKept } from "./kept.js";
import { refusalIn } from "./refusal.js";

/** What became of the last save. */
export type Outcome = "none" | "in-effect" | "at-next-start";

export interface SettingsForm {
  entries: Entries;
  /** What is wrong with a field, in words; only once it was left or a save was tried. */
  faultOf(entry: Entry): string | undefined;
  /** Whether there is something to save. */
  changed: boolean;
  saving: boolean;
  outcome: Outcome;
  /** Why nothing was saved, if that is about no field. */
  problem: string | undefined;
  change(edits: Partial<Entries>): void;
  /** The user has moved on from a field: now it may be said what is wrong with it. */
  leave(entry: Entry): void;
  revert(): void;
  /** Saves what was changed. Answers with the first field that keeps it from that. */
  save(): Promise<Entry | undefined>;
}

/** The form that the controls are bound to. */
export const FormContext = createContext<SettingsForm | null>(null);

/** The form for `settings`; `onSaved` takes what was saved. */
export function useSettingsForm(settings: Settings, onSaved: (saved: Settings) => void): SettingsForm {
  const { name } = settings;
  const text = useText();
  const api = usePythonServer((state) => state.api);
  const pid = usePythonServer((state) => state.servers[name]?.pid);
  const [kept, keep] = useKept(api, name);
  const [left, setLeft] = useState<ReadonlySet<Entry>>(new Set());
  const [refused, setRefused] = useState<Partial<Record<Entry, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [inEffect, setInEffect] = useState(false);
  const [saving, setSaving] = useState(false);
  const underWay = useRef(false);

  const entries: Entries = { ...entriesOf(settings), ...kept.edits };
  const faults = faultsIn(entries);
  const faulty = Object.keys(faults) as Entry[];
  const changed = faulty.length > 0 || Object.keys(changesIn(entries, settings)).length > 0;

  const forget = () => {
    setRefused({});
    setProblem(undefined);
    setInEffect(false);
  };

  const send = async (): Promise<Entry | undefined> => {
    try {
      const changes = changesIn(entries, settings);
      const answer = await api.updateServer({ name, changes });
      if (!answer.success) {
        setProblem(answer.message);
        return undefined;
      }
      keep({ edits: {}, savedBeside: answer.restartRequired ? pid : undefined });
      setLeft(new Set());
      setInEffect(!answer.restartRequired);
      onSaved({ ...settings, ...changes, restart: { ...settings.restart, ...changes.restart } });
      return undefined;
    } catch (error) {
      const { entry, message } = refusalIn(error);
      if (entry === undefined) setProblem(message);
      else setRefused({ [entry]: message });
      return entry;
    }
  };

  return {
    entries,
    faultOf: (entry) => {
      const fault = faults[entry];
      return refused[entry] ?? (fault && left.has(entry) ? text(fault) : undefined);
    },
    changed,
    saving,
    problem,
    outcome: outcomeOf(inEffect, kept.savedBeside !== undefined && kept.savedBeside === pid),
    change: (edits) => {
      forget();
      keep({ ...kept, edits: { ...kept.edits, ...edits } });
    },
    leave: (entry) => setLeft((before) => new Set(before).add(entry)),
    revert: () => {
      forget();
      setLeft(new Set());
      keep({ ...kept, edits: {} });
    },
    save: async () => {
      if (underWay.current || !changed) return undefined;
      forget();
      if (faulty.length > 0) {
        setLeft(new Set(faulty));
        return faulty[0];
      }
      underWay.current = true;
      setSaving(true);
      try {
        return await send();
      } finally {
        underWay.current = false;
        setSaving(false);
      }
    },
  };
}

function outcomeOf(inEffect: boolean, waitsForRestart: boolean): Outcome {
  if (waitsForRestart) return "at-next-start";
  return inEffect ? "in-effect" : "none";
}
