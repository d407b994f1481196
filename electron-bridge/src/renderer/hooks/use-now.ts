/** A clock that everything on the page shares, so that uptimes tick together and cost one timer. */
import { useCallback, useSyncExternalStore } from "react";
import { clockOf } from "./clock.js";

/**
 * The page's monotonic clock (`performance.now()`, in ms), drawn anew every `intervalMs`. Stands still while
 * the page is hidden, and is right at once when it is seen again.
 */
export function useNow(intervalMs: number): number {
  const subscribe = useCallback((tick: () => void) => clockOf(intervalMs).subscribe(tick), [intervalMs]);
  useSyncExternalStore(
    subscribe,
    () => clockOf(intervalMs).ticks,
    () => 0,
  );
  // Not the moment of the tick: what began since then would have begun in the future.
  return performance.now();
}
