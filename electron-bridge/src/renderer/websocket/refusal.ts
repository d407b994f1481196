/** Why a WebSocket could not be opened: the browser does not tell, so the same address is asked by HTTP. */
import type { Address, WebHost } from "./host.js";

/** What was found out. `final`: trying again by itself is of no use. */
export interface Refusal {
  message: string;
  final: boolean;
}

/** An address that takes longer to answer is as good as none. */
const ANSWER_SECONDS = 5;

/** What a WebSocket's address answers to a plain GET of someone who is let in. */
const UPGRADE_REQUIRED = 426;

const SIGNED_OUT: Refusal = {
  message: "This page is signed out. Open the link that `sidecar web` printed, or ask it for a new one.",
  final: true,
};

/** Asks the address by HTTP, and says what is wrong. */
export async function findRefusal({ http }: Address, host: WebHost): Promise<Refusal> {
  const { origin } = new URL(http);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ANSWER_SECONDS * 1000);
  });
  try {
    const { status } = await Promise.race([host.ask(http), late]);
    if (status === 401 || status === 403) return SIGNED_OUT;
    if (status === UPGRADE_REQUIRED || status === 0) {
      const message = `The sidecar at ${origin} answers but refuses the connection: too many pages may be open, or a proxy in between passes no WebSockets on. Trying again.`;
      return { message, final: false };
    }
    return {
      message: `The sidecar at ${origin} cannot be used: it answers ${status}. Trying again.`,
      final: false,
    };
  } catch {
    return {
      message: `Nothing answers at ${origin}. See that \`sidecar web\` runs there. Trying again.`,
      final: false,
    };
  } finally {
    clearTimeout(timer);
  }
}
