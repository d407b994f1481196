/** Whether a command asks before it is done: the user's choice, which outlives the page. */
import { useStoredChoice } from "../theme/stored-choice.js";

/** The commands that may cost somebody something. */
export type AskedCommand = "stop" | "restart" | "force-stop";

const NEVER = "never";
const ALWAYS = "always";

/** Whether `command` asks first, and how to change that. */
export function useAsksFirst(command: AskedCommand): [boolean, (asks: boolean) => void] {
  const [stored, choose] = useStoredChoice(`ask-before:${command}`);
  return [stored !== NEVER, (asks) => choose(asks ? ALWAYS : NEVER)];
}

/** Whether every command asks first, and how to change that for all of them at once. */
export function useAllAskFirst(): [boolean, (ask: boolean) => void] {
  const stop = useAsksFirst("stop");
  const restart = useAsksFirst("restart");
  const forceStop = useAsksFirst("force-stop");
  const each = [stop, restart, forceStop];
  return [
    each.every(([asks]) => asks),
    (ask) => {
      for (const [, choose] of each) choose(ask);
    },
  ];
}
