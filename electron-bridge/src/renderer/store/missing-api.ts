/** What stands in for `window.pythonServer` on a page that has none: everything asked says how to get one. */
import type { PythonServerApi } from "../../shared/api.js";
import { makeApi } from "../../shared/make-api.js";

/** What happened, why, and what to do. */
const MISSING =
  "This page cannot reach its Python servers: window.pythonServer is missing. Load the preload script " +
  "electron-python-server/preload/auto in webPreferences.preload of the window, or call exposePythonServer() in " +
  "your own; outside of Electron, pass an api made by createWebPythonServerApi(url).";

/** An api of which every request is refused and which tells nothing but that it is missing. */
export function missingApi(): PythonServerApi {
  return makeApi({
    ask: async () => {
      throw new Error(MISSING);
    },
    getSidecarStatus: async () => ({ status: "failed", message: MISSING }),
    subscribe: () => () => {},
  });
}
