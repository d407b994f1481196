/** The state of the sidecar in a dot and a word, with its PID and its message on hover and focus. */
import type { SidecarStatus } from "../../../shared/api.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { type TextKey, useText } from "../i18n/index.js";
import { StateDot } from "../server/state-badge.js";
import { Tooltip } from "../ui/tooltip.js";

const WORDS: Record<SidecarStatus["status"], TextKey> = {
  starting: "sidecar.starting",
  running: "sidecar.running",
  restarting: "sidecar.restarting",
  stopped: "sidecar.stopped",
  failed: "sidecar.failed",
};

const DOTS = {
  starting: "starting",
  running: "running",
  restarting: "starting",
  stopped: "stopped",
  failed: "error",
} as const;

export function SidecarState() {
  const text = useText();
  const { status, pid, message } = usePythonServer((state) => state.sidecar);
  const about = [text("sidecar.what"), pid === undefined ? "" : `${text("pid")} ${pid}.`, message ?? ""];
  return (
    <Tooltip text={about.filter(Boolean).join(" ")}>
      <button
        type="button"
        className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-muted-foreground text-xs whitespace-nowrap outline-none focus-visible:ring-2 focus-visible:ring-ring"
      >
        <StateDot status={DOTS[status]} />
        <span aria-live="polite">{text("sidecar.state", { state: text(WORDS[status]) })}</span>
      </button>
    </Tooltip>
  );
}
