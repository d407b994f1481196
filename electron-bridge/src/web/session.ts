/**
 * Whether this browser is still let in. A refused WebSocket looks to a page like any other that failed, so
 * the page itself is asked for once more.
 */

const REFUSED = [401, 403];

/** The sidecar is on this computer: what has not come by then is not being answered. */
const ANSWER_WITHIN_MS = 5_000;

/** False only when the sidecar says so; an unreachable one is no proof. */
export async function hasSession(): Promise<boolean> {
  try {
    const answer = await fetch("./", {
      method: "HEAD",
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return !REFUSED.includes(answer.status);
  } catch {
    return true;
  }
}

/** Shows the sidecar's own page about it, which says what to do and needs no session. */
export function leaveForSignIn(): void {
  location.reload();
}
