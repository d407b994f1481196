/**
 * Asks before a command that may cost somebody something. Knows nothing of how it is done: what is
 * confirmed is called. The focus goes back to where the question came from.
 */
import { type ReactNode, useId, useRef, useState } from "react";
import { type TextKey, useText } from "../i18n/index.js";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "../ui/alert-dialog.js";
import { Label } from "../ui/input.js";
import { Checkbox } from "../ui/switch.js";
import { type AskedCommand, useAsksFirst } from "./asks-first.js";

const LABELS: Record<AskedCommand, TextKey> = {
  stop: "stop",
  restart: "restart",
  "force-stop": "forceStop",
};

/** A command that waits for a yes. */
interface Question {
  command: AskedCommand;
  name: string;
  act: () => void;
  returnTo: HTMLElement | null;
  /** Where `returnTo` stands, for when it goes away with the answer. */
  around: HTMLElement | null;
}

/** What a component that gives commands needs: a way to ask, and the dialog to render somewhere in it. */
export interface Confirmation {
  /**
   * Calls `act` once `command` for the server `name` is confirmed, at once if the user wants no
   * questions. `returnTo` gets the focus back when the dialog closes.
   */
  confirm(command: AskedCommand, name: string, act: () => void, returnTo: HTMLElement | null): void;
  dialog: ReactNode;
}

/** Questions before commands; one dialog serves all the servers of a list. */
export function useConfirmation(): Confirmation {
  const [question, setQuestion] = useState<Question>();
  const [open, setOpen] = useState(false);
  const asks: Record<AskedCommand, boolean> = {
    stop: useAsksFirst("stop")[0],
    restart: useAsksFirst("restart")[0],
    "force-stop": useAsksFirst("force-stop")[0],
  };
  return {
    confirm(command, name, act, returnTo) {
      if (!asks[command]) return act();
      const around = returnTo?.closest("article") ?? null;
      setQuestion({ command, name, act, returnTo, around });
      setOpen(true);
    },
    dialog: question && <ConfirmDialog question={question} open={open} onClose={() => setOpen(false)} />,
  };
}

interface ConfirmDialogProps {
  question: Question;
  open: boolean;
  onClose: () => void;
}

function ConfirmDialog({ question, open, onClose }: ConfirmDialogProps) {
  const text = useText();
  return (
    <AlertDialog open={open} onOpenChange={(wanted) => wanted || onClose()}>
      <AlertDialogContent
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          const { returnTo, around } = question;
          (returnTo?.isConnected ? returnTo : around)?.focus();
        }}
      >
        <div className="grid gap-1.5">
          <AlertDialogTitle>
            {text(`server.ask-${question.command}`, { name: question.name })}
          </AlertDialogTitle>
          <AlertDialogDescription>{text(`server.ask-${question.command}-loss`)}</AlertDialogDescription>
        </div>
        <Answers question={question} />
      </AlertDialogContent>
    </AlertDialog>
  );
}

/** Lives as long as the dialog is open, so that each question begins with an empty box. */
function Answers({ question }: { question: Question }) {
  const text = useText();
  const box = useId();
  const [never, setNever] = useState(false);
  const [, setAsks] = useAsksFirst(question.command);
  const done = useRef(false);
  const act = () => {
    if (done.current) return; // a second click while the dialog fades away
    done.current = true;
    if (never) setAsks(false);
    question.act();
  };
  return (
    <AlertDialogFooter className="justify-between">
      <div className="flex items-center gap-2 py-1">
        <Checkbox id={box} checked={never} onCheckedChange={(checked) => setNever(checked === true)} />
        <Label htmlFor={box} className="font-normal text-muted-foreground">
          {text("server.dontAsk")}
        </Label>
      </div>
      <div className="ml-auto flex gap-2">
        <AlertDialogCancel>{text("cancel")}</AlertDialogCancel>
        <AlertDialogAction
          variant={question.command === "force-stop" ? "destructive" : "default"}
          onClick={act}
        >
          {text(LABELS[question.command])}
        </AlertDialogAction>
      </div>
    </AlertDialogFooter>
  );
}
