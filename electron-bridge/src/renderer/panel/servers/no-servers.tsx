/** What is shown when no server is configured: the lines that add one. */
import { ServerCog } from "lucide-react";
import { useText } from "../i18n/index.js";
import { CodeExample } from "./code-example.js";
import { Notice } from "./notice.js";

const TOML = `[servers.api]
app = "myserver.main:app"
port = 8121`;

const ELECTRON = `createPythonServerBridge({
  servers: { api: { app: "myserver.main:app", port: 8121 } },
});`;

export function NoServers() {
  const text = useText();
  return (
    <Notice icon={ServerCog} title={text("servers.emptyTitle")} why={text("servers.emptyWhy")}>
      <CodeExample title={text("servers.emptyToml")} code={TOML} />
      <CodeExample title={text("servers.emptyElectron")} code={ELECTRON} />
      <p className="text-muted-foreground text-xs">{text("servers.emptyNext")}</p>
    </Notice>
  );
}
