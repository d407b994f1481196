/** The panel as a web page: talks to the sidecar that served it. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createWebPythonServerApi, PythonServerPanel } from "../renderer/index.js";
import { hasSession, leaveForSignIn } from "./session.js";

const root = document.getElementById("panel");
if (!root) throw new Error("index.html has no element #panel");

const api = createWebPythonServerApi(location.origin);

// Without a session nothing connects however often it is tried; the sidecar's own page says how to get one.
api.onSidecarStatus(({ status }) => {
  if (status === "running") return;
  void hasSession().then((has) => has || leaveForSignIn());
});

createRoot(root).render(
  <StrictMode>
    <PythonServerPanel api={api} onRetry={() => location.reload()} />
  </StrictMode>,
);
