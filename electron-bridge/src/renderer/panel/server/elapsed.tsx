/** A duration that goes on while it is looked at. Knows a moment on the page's monotonic clock, nothing else. */
import { useNow } from "../../hooks/use-now.js";
import { formatDuration } from "../i18n/formats.js";
import { useText } from "../i18n/index.js";

const TICK_MS = 1000;

/** The time since `since` (`performance.now()`, in ms), in its two largest units. */
export function Elapsed({ since }: { since: number }) {
  const text = useText();
  const now = useNow(TICK_MS);
  return formatDuration((now - since) / 1000, text);
}
