/** An OpenAPI document as a server offers it, and as it is shown: about that server alone. Pure. */

/** A document, of whatever version. */
export type OpenApi = Readonly<Record<string, unknown>>;

/** Why a text is no document. */
export type Unreadable = "json" | "openapi";

/** The document that `text` is, or why it is none. */
export function documentIn(text: string): OpenApi | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "json";
  }
  return isRecord(value) && ("openapi" in value || "swagger" in value) ? value : "openapi";
}

/**
 * `document` with every address in it on the server at `url`: a server that it says to be elsewhere is not
 * the one that the panel shows.
 */
export function atHome(document: OpenApi, url: string): OpenApi {
  if ("swagger" in document) {
    const { host, protocol } = new URL(url);
    return { ...document, host, schemes: [protocol.replace(":", "")] };
  }
  const { paths } = document;
  return {
    ...document,
    servers: serversAt(document.servers, url),
    ...(isRecord(paths) && { paths: mapValues(paths, withoutServers) }),
  };
}

/** Relative ones are kept, as the paths may lie below them. */
function serversAt(servers: unknown, url: string): OpenApi[] {
  const given = Array.isArray(servers) ? servers.filter(isRecord) : [];
  const own = given.flatMap((server) => {
    const place = server.url;
    if (typeof place !== "string" || !/^\/(?!\/)/.test(place)) return [];
    return [{ ...server, url: url.replace(/\/$/, "") + place.replace(/\/$/, "") }];
  });
  return own.length > 0 ? own : [{ url }];
}

/** A path, and each operation of it, may name servers of its own. */
function withoutServers(path: unknown): unknown {
  if (!isRecord(path)) return path;
  return mapValues(without(path), (part) => (isRecord(part) ? without(part) : part));
}

function without({ servers: _, ...rest }: OpenApi): OpenApi {
  return rest;
}

function mapValues(record: OpenApi, change: (value: unknown) => unknown): OpenApi {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function isRecord(value: unknown): value is OpenApi {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
