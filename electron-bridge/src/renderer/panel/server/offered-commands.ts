/**
 * Which commands a server is offered in each of its states, which of them is the one that makes sense,
 * and why another cannot be given now. Pure: knows no buttons and sends nothing.
 */
import type { SidecarStatus } from "../../../shared/api.js";
import type { PanelServer, PendingCommand } from "../../store/state.js";
import type { TextKey } from "../i18n/index.js";
import { isAway } from "../sidecar/away.js";

/** One button. */
export interface Offer {
  /** What it does when it is pressed. */
  command: PendingCommand;
  label: TextKey;
  /** The one that makes sense now. */
  primary: boolean;
  /** Why it cannot be pressed; `undefined` if it can. */
  why: TextKey | undefined;
  /** It was pressed and is not answered yet. */
  busy: boolean;
  /** It may cost somebody something: the user is asked first. */
  asks: boolean;
}

/** The three places: each keeps its button through all states, so that the focus stays where it is. */
export interface Offers {
  start: Offer;
  restart: Offer;
  stop: Offer;
}

/**
 * `waiting`: its automatic restart is due at a later moment, and no process of it is there.
 * `replacing`: a new process starts while the old one serves, so that a stop would end both.
 */
type Situation = PanelServer["status"] | "waiting" | "replacing";

function situationOf(server: PanelServer, replacing: boolean): Situation {
  if (server.status !== "starting") return server.status;
  if (server.retryAt !== undefined) return "waiting";
  return replacing ? "replacing" : "starting";
}

const WHY_NOT_START: Partial<Record<Situation, TextKey>> = {
  running: "server.whyRunning",
  starting: "server.whyStarting",
  replacing: "server.whyRestarting",
  stopping: "server.whyStopping",
};

const WHY_NOT_RESTART: Partial<Record<Situation, TextKey>> = {
  starting: "server.whyStarting",
  replacing: "server.whyRestarting",
  waiting: "server.whyStarting",
  stopping: "server.whyStopping",
  stopped: "server.whyStopped",
  error: "server.whyError",
};

type MakeOffer = (
  command: PendingCommand,
  label: TextKey,
  is: { primary?: boolean; asks?: boolean; why?: TextKey | undefined },
) => Offer;

/** What can be done about `server`, with `pending` on its way; `replacing` if its old process still serves. */
export function offersOf(
  server: PanelServer,
  pending: PendingCommand | undefined,
  sidecar: SidecarStatus["status"],
  replacing = false,
): Offers {
  const situation = situationOf(server, replacing);
  const away = isAway(sidecar);
  const offer: MakeOffer = (command, label, { primary = false, asks = false, why }) => {
    const busy = pending === command;
    const obstacle = away ? "server.whyNoSidecar" : busy ? "server.whyBeingDone" : why;
    return { command, label, primary, asks, why: obstacle, busy };
  };
  return {
    start: offer("start", situation === "waiting" ? "server.startNow" : "start", {
      primary: situation === "stopped" || situation === "error",
      why: WHY_NOT_START[situation],
    }),
    restart: offer("restart", "restart", {
      primary: situation === "running",
      asks: true,
      why: WHY_NOT_RESTART[situation],
    }),
    stop: stopOffer(situation, offer),
  };
}

function stopOffer(situation: Situation, offer: MakeOffer): Offer {
  switch (situation) {
    case "starting":
    case "waiting":
      return offer("stop", "cancel", { primary: true });
    case "stopping":
      return offer("force-stop", "forceStop", { primary: true });
    case "stopped":
      return offer("stop", "stop", { why: "server.whyStopped" });
    case "running":
    case "replacing":
      return offer("stop", "stop", { asks: true });
    case "error":
      return offer("stop", "stop", {});
  }
}
