/**
 * `fetch` for the viewer: every request goes through the sidecar to the one server, whatever the page's
 * own policy about connections, and the answer comes back as a `Response`.
 */
import type { PythonServerApi, ServerRequest } from "../../../shared/api.js";
import type { SendRequestResult } from "../../../shared/generated/protocol.js";

/** How long an answer may take, in seconds: what is tried out by hand may be a slow computation. */
export const ANSWER_WITHIN_SECONDS = 120;

/** What the viewer is about to send. */
export interface OutgoingRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit | null;
}

/** Why a request is not sent at all. */
export interface Refusals {
  elsewhere(other: string): string;
  binary(): string;
}

export type Exchange = (url: string, request: OutgoingRequest) => Promise<Response>;

/** Sends what is meant for `origin` to the server `name`; anything else is refused. */
export function exchangeWith(
  api: Pick<PythonServerApi, "sendRequest">,
  name: string,
  origin: string,
  refusals: Refusals,
): Exchange {
  return async (url, { method = "GET", headers = {}, body }) => {
    const target = new URL(url, origin);
    if (target.origin !== new URL(origin).origin) throw new Error(refusals.elsewhere(target.origin));
    const request: ServerRequest = {
      name,
      method: method.toUpperCase() as NonNullable<ServerRequest["method"]>,
      path: target.pathname + target.search,
      headers: { ...headers },
      timeout: ANSWER_WITHIN_SECONDS,
    };
    if (body !== undefined && body !== null) {
      const written = await asText(body, refusals);
      request.body = written.text;
      if (written.type && !hasHeader(headers, "content-type")) {
        request.headers = { ...headers, "Content-Type": written.type };
      }
    }
    return responseOf(await api.sendRequest(request), target.href);
  };
}

/** A form knows its own type, with the boundary between its parts. */
async function asText(body: BodyInit, refusals: Refusals): Promise<{ text: string; type: string | null }> {
  if (typeof body === "string") return { text: body, type: null };
  const read = new Response(body);
  const bytes = await read.arrayBuffer();
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, type: read.headers.get("content-type") };
  } catch {
    throw new Error(refusals.binary());
  }
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name);
}

/** With these a `Response` may have no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

function responseOf(answer: SendRequestResult, url: string): Response {
  const { status, reason, body, encoding } = answer;
  const content = encoding === "base64" ? bytesOf(body) : body;
  const headers = new Headers();
  for (const [key, value] of Object.entries(answer.headers)) {
    try {
      headers.append(key, value);
    } catch {
      // A value that no browser would have taken from the network either.
    }
  }
  const response = new Response(WITHOUT_BODY.has(status) ? null : content, { status, headers });
  // Neither can be given to the constructor: an address at all, and words beyond Latin-1.
  Object.defineProperties(response, { url: { value: url }, statusText: { value: reason } });
  return response;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
