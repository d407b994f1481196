/** What the next start of a server goes by, to be seen and changed. */
import { CircleAlert, ServerCog } from "lucide-react";
import type { ReactNode } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Skeleton } from "../ui/skeleton.js";
import { SettingsForm } from "./settings-form.js";
import { useSettings } from "./use-settings.js";

/** The settings of the server `name`; those of a server on another host are not ours to change. */
export function SettingsTab({ name }: { name: string }) {
  const text = useText();
  const kind = usePythonServer((state) => state.servers[name]?.kind);
  const host = usePythonServer((state) => state.servers[name]?.supervisor?.host);
  const remote = kind === "supervisor";
  const { settings, problem, reading, read } = useSettings(name, !remote);
  let content: ReactNode;
  if (remote) {
    content = (
      <Notice icon={<ServerCog strokeWidth={1.5} />} title={text("settings.remoteTitle")}>
        {text("settings.remoteText", { name, host: host ?? text("settings.elsewhere") })}
      </Notice>
    );
  } else if (settings !== undefined) content = <SettingsForm key={name} settings={settings} onSaved={read} />;
  else if (problem !== undefined) {
    content = (
      <Notice icon={<CircleAlert strokeWidth={1.5} />} title={text("settings.loadFailed")} alert>
        {problem}
        <Button size="sm" variant="outline" className="mt-2" aria-busy={reading} onClick={() => read()}>
          {text("retry")}
        </Button>
      </Notice>
    );
  } else content = <Loading />;
  return (
    <section aria-label={text("settings.region", { name })} className="min-h-full flex-1">
      {content}
    </section>
  );
}

interface NoticeProps {
  icon: ReactNode;
  title: string;
  /** Something has failed. */
  alert?: boolean;
  children: ReactNode;
}

function Notice({ icon, title, alert = false, children }: NoticeProps) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className="flex h-full min-h-40 flex-col items-center justify-center gap-1 p-6 text-center"
    >
      <span aria-hidden className="mb-1 text-muted-foreground/70 [&_svg]:size-6">
        {icon}
      </span>
      <p className="font-medium text-sm">{title}</p>
      <div className="grid max-w-sm justify-items-center text-muted-foreground text-xs text-balance">
        {children}
      </div>
    </div>
  );
}

function Loading() {
  const text = useText();
  return (
    <div className="grid max-w-3xl gap-3 p-4">
      <span role="status" className="sr-only">
        {text("settings.loading")}
      </span>
      <Skeleton className="h-4 w-24" />
      <Skeleton className="h-36" />
      <Skeleton className="h-4 w-32" />
      <Skeleton className="h-24" />
    </div>
  );
}
