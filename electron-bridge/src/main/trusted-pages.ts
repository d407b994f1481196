/**
 * Which pages may control the servers if the app does not say: those that the app itself brought. A page
 * of the web is never one of them, in a window that has the preload all the same. Pure.
 */
import type { IpcEventLike } from "./options.js";

/** Schemes whose content comes from elsewhere, or from no page of the app. */
const FOREIGN = new Set([
  "about:",
  "blob:",
  "chrome:",
  "chrome-error:",
  "chrome-extension:",
  "data:",
  "devtools:",
  "filesystem:",
  "ftp:",
  "javascript:",
  "ws:",
  "wss:",
]);

const THIS_MACHINE = /^(localhost|(.+\.)?localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Whether a page is the app's own: a file, a page under a protocol that the app registered (`app://…`),
 * or http(s) from this very machine: the development server, or the app's own Python server.
 */
export function isOwnPage(url: string): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  if (parsed.protocol === "http:" || parsed.protocol === "https:") return THIS_MACHINE.test(parsed.hostname);
  return !FOREIGN.has(parsed.protocol);
}

/**
 * The default of `allowSender`: the main frame of a window, never an embedded one, if its page is the
 * app's own. A frame that has gone meanwhile is refused. Only Electron has frames; without it, under
 * plain Node, there is no page to keep out.
 */
export function isTrustedSender(event: IpcEventLike | null | undefined): boolean {
  const senderFrame = event?.senderFrame;
  if (senderFrame === undefined) {
    const url = urlOf(event?.sender);
    return process.versions.electron === undefined && (url === undefined || isOwnPage(url));
  }
  if (senderFrame === null || senderFrame.parent) return false;
  return isOwnPage(senderFrame.url);
}

/** The address of a window's page, as far as it can tell one. */
function urlOf(sender: unknown): string | undefined {
  const { getURL } = (sender ?? {}) as { getURL?: unknown };
  return typeof getURL === "function" ? String(getURL.call(sender)) : undefined;
}
