/** What is shown on a page without `window.pythonServer`: how to get it there. */
import { Unplug } from "lucide-react";
import { useText } from "../i18n/index.js";
import { CodeExample } from "./code-example.js";
import { Notice } from "./notice.js";

const ELECTRON = `new BrowserWindow({
  webPreferences: { preload: require.resolve("electron-python-server/preload/auto") },
});
await bridge.launch();`;

const WEB = `<PythonServerPanel api={createWebPythonServerApi(location.origin)} />`;

export function MissingApi() {
  const text = useText();
  return (
    <Notice icon={Unplug} title={text("servers.missingTitle")} why={text("servers.missingWhy")}>
      <CodeExample title={text("servers.missingDo")} code={ELECTRON} />
      <CodeExample title={text("servers.missingOr")} code={WEB} />
    </Notice>
  );
}
