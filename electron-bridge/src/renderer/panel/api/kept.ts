/**
 * What is kept of the tab while another tab or server is looked at: people send a request, read the log,
 * and come back for the answer.
 */
import type { PythonServerApi, ServerRequest } from "../../../shared/api.js";
import type { SendRequestResult } from "../../../shared/generated/protocol.js";
import type { OpenApi } from "./document.js";

/** A document, as the text that came and what it says. */
export interface ReadOpenApi {
  text: string;
  document: OpenApi;
}

/** A request by hand, as it stands in its form. */
export interface TypedRequest {
  method: NonNullable<ServerRequest["method"]>;
  path: string;
  body: string;
}

/** What the tab shows of the server. */
export type ApiView = "operations" | "send";

/** What is kept of one server. */
export interface KeptApi {
  view: ApiView;
  openApi?: ReadOpenApi | undefined;
  request: TypedRequest;
  answer?: SendRequestResult | undefined;
}

const keptBy = new WeakMap<PythonServerApi, Map<string, KeptApi>>();

/** What is kept of the server `name`; to be changed in place. */
export function keptOf(api: PythonServerApi, name: string): KeptApi {
  const byName = keptBy.get(api) ?? new Map<string, KeptApi>();
  keptBy.set(api, byName);
  const kept = byName.get(name) ?? {
    view: "operations",
    request: { method: "GET", path: "/", body: "" },
  };
  byName.set(name, kept);
  return kept;
}
