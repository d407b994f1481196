/** The panel as a web page: talks to the sidecar that served it. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createWebPythonServerApi, PythonServerPanel } from "../renderer/index.js";

const root = document.getElementById("panel");
if (!root) throw new Error("index.html has no element #panel");

const api = createWebPythonServerApi();

// A page that is not let in any more is answered, when it is loaded again, with a page that says what to do.
const retry = () => location.reload();

createRoot(root).render(
  <StrictMode>
    <PythonServerPanel api={api} onRetry={retry} />
  </StrictMode>,
);
