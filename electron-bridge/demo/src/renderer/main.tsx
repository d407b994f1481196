/** The page: the panel, and nothing else. */
import { PythonServerPanel } from "electron-python-server/renderer";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "electron-python-server/styles.css";
import "./page.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <PythonServerPanel />
    </StrictMode>,
  );
}
