/** The other ways to stop a server, and whether commands ask first. */
import { ChevronDown } from "lucide-react";
import { useRef } from "react";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "../ui/dropdown-menu.js";
import { useAllAskFirst } from "./asks-first.js";
import { type Commands, PATIENT_STOP_SECONDS } from "./use-commands.js";

export interface StopMenuProps {
  server: PanelServer;
  /** How the button looks that the menu hangs on. */
  variant: "default" | "destructive" | "outline";
  /** There is nobody who could stop anything. */
  away: boolean;
  ask: Commands["ask"];
}

/** A small button that opens the menu. */
export function StopMenu({ server, variant, away, ask }: StopMenuProps) {
  const text = useText();
  const trigger = useRef<HTMLButtonElement>(null);
  const [asksFirst, setAsksFirst] = useAllAskFirst();
  const ended = away || server.status === "stopped";
  const running = server.status === "running";
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          ref={trigger}
          variant={variant}
          aria-label={text("server.more")}
          className="-ml-px w-7 rounded-l-none px-0"
        >
          <ChevronDown />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem
          disabled={ended || server.status === "stopping"}
          onSelect={() => ask("stop", trigger.current)}
        >
          {text("stop")}
        </DropdownMenuItem>
        {server.kind === "local" && (
          <DropdownMenuItem
            disabled={away || !running}
            onSelect={() => ask("stop", trigger.current, { timeout: PATIENT_STOP_SECONDS })}
          >
            {text("server.stopPatiently", { seconds: PATIENT_STOP_SECONDS })}
          </DropdownMenuItem>
        )}
        <DropdownMenuItem
          variant="destructive"
          disabled={ended}
          onSelect={() => ask("force-stop", trigger.current)}
        >
          {text("forceStop")}
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuCheckboxItem checked={asksFirst} onCheckedChange={setAsksFirst}>
          {text("server.askFirst")}
        </DropdownMenuCheckboxItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
