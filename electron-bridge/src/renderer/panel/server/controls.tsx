/**
 * The buttons of a server. Each keeps its place through all states, so that none moves under the pointer
 * or takes the focus away; the one that makes sense is filled.
 */
import { Loader2, type LucideIcon, OctagonX, Play, RotateCw, Square, X } from "lucide-react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import type { PanelServer } from "../../store/state.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Tooltip } from "../ui/tooltip.js";
import { type Offer, offersOf } from "./offered-commands.js";
import { StopMenu } from "./stop-menu.js";
import { useCommands } from "./use-commands.js";

export interface ControlsProps {
  server: PanelServer;
  /** Its old process serves while a new one starts. */
  replacing: boolean;
}

/** Start, restart and stop, as the server's state allows it. */
export function Controls({ server, replacing }: ControlsProps) {
  const text = useText();
  const { name } = server;
  const pending = usePythonServer((state) => state.pending[name]);
  const sidecar = usePythonServer((state) => state.sidecar.status);
  const { send, ask, dialog } = useCommands(name);
  const offers = offersOf(server, pending, sidecar, replacing);
  const press = (offer: Offer, button: HTMLElement) => {
    if (offer.asks && offer.command !== "start") ask(offer.command, button);
    else send(offer.command);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div role="group" aria-label={text("server.commands", { name })} className="flex flex-wrap gap-2">
      <CommandButton offer={offers.start} icon={Play} onPress={press} />
      <CommandButton offer={offers.restart} icon={RotateCw} onPress={press} />
      <div className="flex gap-px">
        <CommandButton
          offer={offers.stop}
          icon={STOP_ICONS[offers.stop.label] ?? Square}
          className="rounded-r-none"
          onPress={press}
        />
        <StopMenu
          server={server}
          variant={variantOf(offers.stop)}
          away={offers.stop.why === "server.whyNoSidecar"}
          ask={ask}
        />
      </div>
      {dialog}
    </div>
  );
}

const STOP_ICONS: Record<string, LucideIcon> = { cancel: X, forceStop: OctagonX };

function variantOf(offer: Offer): "default" | "destructive" | "outline" {
  if (!offer.primary) return "outline";
  return offer.command === "force-stop" ? "destructive" : "default";
}

interface CommandButtonProps {
  offer: Offer;
  icon: LucideIcon;
  onPress: (offer: Offer, button: HTMLButtonElement) => void;
  className?: string;
}

function CommandButton({ offer, icon: Icon, onPress, className }: CommandButtonProps) {
  const text = useText();
  return (
    <Tooltip text={offer.why && text(offer.why)}>
      <Button
        variant={variantOf(offer)}
        aria-disabled={offer.why !== undefined}
        aria-busy={offer.busy}
        className={className}
        onClick={(event) => {
          if (offer.why === undefined) onPress(offer, event.currentTarget);
        }}
      >
        {offer.busy ? <Loader2 className="animate-spin" /> : <Icon />}
        {text(offer.label)}
      </Button>
    </Tooltip>
  );
}
