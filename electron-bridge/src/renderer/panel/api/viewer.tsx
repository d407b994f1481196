/** Swagger UI in the panel: shows a document and sends what is tried out through the sidecar. */
import { useLayoutEffect, useRef } from "react";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-es-bundle.js";
import type { PythonServerApi } from "../../../shared/api.js";
import { atHome } from "./document.js";
import { type Exchange, exchangeWith, type OutgoingRequest, type Refusals } from "./exchange.js";
import type { ReadOpenApi } from "./kept.js";
import { bringStyles } from "./viewer-styles.js";

export interface ViewerProps {
  api: PythonServerApi;
  /** The server's name. */
  name: string;
  /** Where the server answers; what is shown and sent is about this address alone. */
  url: string;
  openApi: ReadOpenApi;
  refusals: Refusals;
}

/** A viewer that was made, with what is open in it. */
interface MadeViewer {
  text: string;
  url: string;
  element: HTMLElement;
  scrollTop: number;
}

/** One viewer holds some megabytes. */
const MOST_KEPT = 4;

const keptBy = new WeakMap<PythonServerApi, Map<string, MadeViewer>>();

/**
 * The viewer of `openApi`. It is kept while another tab is looked at, with its answers: Swagger UI cannot be
 * asked for its state, so its elements themselves are kept.
 */
export default function Viewer({ api, name, url, openApi, refusals }: ViewerProps) {
  const place = useRef<HTMLDivElement>(null);
  const said = useRef(refusals);
  said.current = refusals;

  useLayoutEffect(() => {
    const scroller = place.current;
    if (!scroller) return;
    bringStyles(scroller);
    const made = viewerOf(api, name, url, openApi, {
      elsewhere: (other) => said.current.elsewhere(other),
      binary: () => said.current.binary(),
    });
    scroller.append(made.element);
    scroller.scrollTop = made.scrollTop;
    const remember = () => {
      made.scrollTop = scroller.scrollTop;
    };
    scroller.addEventListener("scroll", remember, { passive: true });
    return () => {
      scroller.removeEventListener("scroll", remember);
      made.element.remove();
    };
  }, [api, name, url, openApi]);

  return <div ref={place} lang="en" className="min-h-0 flex-1 overflow-auto" />;
}

function viewerOf(
  api: PythonServerApi,
  name: string,
  url: string,
  openApi: ReadOpenApi,
  refusals: Refusals,
): MadeViewer {
  const kept = keptBy.get(api) ?? new Map<string, MadeViewer>();
  keptBy.set(api, kept);
  const before = kept.get(name);
  const viewer =
    before?.text === openApi.text && before.url === url
      ? before
      : make(openApi, url, exchangeWith(api, name, url, refusals));
  // Last in the order of insertion: the first is the one that was not looked at for longest.
  kept.delete(name);
  kept.set(name, viewer);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return viewer;
}

function make({ text, document }: ReadOpenApi, url: string, exchange: Exchange): MadeViewer {
  const element = window.document.createElement("div");
  SwaggerUIBundle({
    domNode: element,
    spec: atHome(document, url),
    layout: "BaseLayout",
    requestInterceptor: (request: OutgoingRequest) => ({ ...request, userFetch: exchange }),
    // It would send the document to a service on the Internet.
    validatorUrl: null,
    // The page's address is the app's.
    deepLinking: false,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    // Its colours are fixed, for dark pages.
    syntaxHighlight: false,
  });
  return { text, url, element, scrollTop: 0 };
}
