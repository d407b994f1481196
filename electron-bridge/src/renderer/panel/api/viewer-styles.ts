/**
 * The viewer's style sheet, brought in together with it: most pages never open the viewer, and its sheet is
 * larger than the panel's. An adopted sheet is not inline, so that a strict policy allows it.
 */
import swaggerStyles from "swagger-ui-dist/swagger-ui.css?raw";
import answers from "./look/answers.css?raw";
import controls from "./look/controls.css?raw";
import operations from "./look/operations.css?raw";
import page from "./look/page.css?raw";
import schemas from "./look/schemas.css?raw";

/** The panel's look. Outside of the layer of Swagger UI's own sheet, so that it wins whatever that weighs. */
const LOOK = [page, operations, controls, answers, schemas].join("\n");

/** Swagger UI is dark below a class of the whole page, which is not the panel's to set. */
const DARK_PAGE = /html\.dark-mode\b/g;
const DARK_PANEL = '.python-server-panel[data-theme="dark"]';

/** The panel's own background is not the sheet's either. */
const PAGE_RULE = /html\.dark-mode\{[^}]*\}/g;

/** In a layer, what is important is so above everything outside of it. */
const IMPORTANT_COLOUR = /((?:color|background):[^;{}]*)!important/g;

let sheet: CSSStyleSheet | undefined;

function viewerSheet(): CSSStyleSheet {
  if (sheet) return sheet;
  sheet = new CSSStyleSheet();
  const scoped = swaggerStyles
    .replace(PAGE_RULE, "")
    .replace(DARK_PAGE, DARK_PANEL)
    .replace(IMPORTANT_COLOUR, "$1");
  sheet.replaceSync(`@layer swagger-ui { ${scoped} } ${LOOK}`);
  return sheet;
}

/** Gives the styles to the page, or to the shadow root, that `element` is in; once is enough. */
export function bringStyles(element: Element): void {
  const root = element.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return;
  const styles = viewerSheet();
  if (!root.adoptedStyleSheets.includes(styles)) root.adoptedStyleSheets.push(styles);
}
