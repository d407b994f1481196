/** The panel as a web page: talks to the sidecar that served it. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createWebPythonServerApi, PythonServerPanel, PythonServerProvider } from "../renderer/index.js";
import { PageTitle } from "../renderer/panel/page-title.js";

const root = document.getElementById("panel");
if (!root) throw new Error("index.html has no element #panel");

const api = createWebPythonServerApi();

// A page that is not let in any more is answered, when it is loaded again, with a page that says what to do.
const retry = () => location.reload();

createRoot(root).render(
  <StrictMode>
    <PythonServerProvider api={api}>
      <PageTitle />
      <PythonServerPanel onRetry={retry} />
    </PythonServerProvider>
  </StrictMode>,
);
