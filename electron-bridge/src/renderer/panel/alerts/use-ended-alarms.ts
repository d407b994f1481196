/** Takes alarms off the list once their cause has gone: a server that runs again needs no word of its end. */
import { useEffect, useRef } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { causeIsThere, type StandingAlert } from "./standing-alerts.js";

/** For as long as the component of it is shown. */
export function useEndedAlarms(standing: readonly StandingAlert[]): void {
  const servers = usePythonServer((state) => state.servers);
  const dismissAlert = usePythonServer((state) => state.actions.dismissAlert);
  // An alarm overtakes the status that it speaks of: only a cause that was seen can be seen to have gone.
  const seen = useRef(new Set<number>());
  useEffect(() => {
    for (const { alert, ids } of standing) {
      const there = causeIsThere(alert, servers[alert.name]);
      if (there) seen.current.add(alert.id);
      else if (there === false && seen.current.delete(alert.id)) ids.forEach(dismissAlert);
    }
  }, [standing, servers, dismissAlert]);
}
