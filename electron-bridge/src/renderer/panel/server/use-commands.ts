/** Gives commands to one server: asks before those that may cost something, and acts once on a double click. */
import { type ReactNode, useRef } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PendingCommand } from "../../store/state.js";
import { useConfirmation } from "./confirm-command.js";

/** How long a patient stop waits for a server to end by itself, in seconds: a minute is what a long request takes. */
export const PATIENT_STOP_SECONDS = 60;

/** How a command is to be done, where there is a choice. */
interface Manner {
  /** In seconds, for a stop. */
  timeout?: number;
}

export interface Commands {
  /** Does it at once. */
  send(command: PendingCommand, manner?: Manner): void;
  /** Asks first; `from` gets the focus back. */
  ask(command: Exclude<PendingCommand, "start">, from: HTMLElement | null, manner?: Manner): void;
  /** To be rendered. */
  dialog: ReactNode;
}

/** Commands for the server `name`. */
export function useCommands(name: string): Commands {
  const actions = usePythonServer((state) => state.actions);
  const { confirm, dialog } = useConfirmation();
  const underWay = useRef(new Set<string>());

  const perform = (command: PendingCommand, manner: Manner) => {
    switch (command) {
      case "start":
        return actions.startServer(name);
      case "restart":
        return actions.restartServer({ name });
      case "stop":
        return actions.stopServer({ name, ...manner });
      case "force-stop":
        return actions.stopServer({ name, force: true });
    }
  };
  const send = (command: PendingCommand, manner: Manner = {}) => {
    const key = `${command} ${name}`;
    if (underWay.current.has(key)) return;
    underWay.current.add(key);
    void perform(command, manner).finally(() => underWay.current.delete(key));
  };
  return {
    send,
    ask: (command, from, manner) => confirm(command, name, () => send(command, manner), from),
    dialog,
  };
}
