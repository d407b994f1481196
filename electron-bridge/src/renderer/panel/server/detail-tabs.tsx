/** The views of one server: its log, its API, its figures, its settings. */
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { type TextKey, useText } from "../i18n/index.js";
import { LogViewer } from "../logs/log-viewer.js";
import { MetricsTab } from "../metrics/metrics-tab.js";
import { Button } from "../ui/button.js";
import { Skeleton } from "../ui/skeleton.js";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "../ui/tabs.js";
import { TabBoundary } from "./tab-boundary.js";

// Large, and not what people look for first.
const ApiTab = lazy(() => import("../api/api-tab.js"));
const SettingsTab = lazy(async () => ({
  default: (await import("../settings/settings-tab.js")).SettingsTab,
}));

const VIEWS = {
  logs: LogViewer,
  api: ApiTab,
  metrics: MetricsTab,
  settings: SettingsTab,
} as const satisfies Record<string, ComponentType<{ name: string }>>;

/** A tab. */
export type View = keyof typeof VIEWS;

const VIEW_NAMES = Object.keys(VIEWS) as View[];
const LABELS: Record<View, TextKey> = { logs: "logs", api: "api", metrics: "metrics", settings: "settings" };

export interface DetailTabsProps {
  name: string;
  view: View;
  onView: (view: View) => void;
}

/** Tabs that take the height that is left. */
export function DetailTabs({ name, view, onView }: DetailTabsProps) {
  const text = useText();
  return (
    <Tabs value={view} onValueChange={(chosen) => onView(chosen as View)} className="min-h-60 flex-1">
      <TabsList aria-label={text("server.tabs", { name })}>
        {VIEW_NAMES.map((each) => (
          <TabsTrigger key={each} value={each}>
            {text(LABELS[each])}
          </TabsTrigger>
        ))}
      </TabsList>
      {VIEW_NAMES.map((each) => {
        const Shown = VIEWS[each];
        return (
          <TabsContent key={each} value={each} className="flex flex-col overflow-auto">
            <Guarded key={name}>
              <Shown name={name} />
            </Guarded>
          </TabsContent>
        );
      })}
    </Tabs>
  );
}

function Guarded({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <TabBoundary
      fallback={(error, retry) => (
        <div role="alert" className="grid justify-items-start gap-2 p-4">
          <p className="font-semibold">{text("server.viewFailed")}</p>
          <p className="text-muted-foreground">{error instanceof Error ? error.message : String(error)}</p>
          <Button size="sm" variant="outline" onClick={retry}>
            {text("retry")}
          </Button>
        </div>
      )}
    >
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </TabBoundary>
  );
}

function Loading() {
  const text = useText();
  return (
    <div className="grid gap-2 p-4">
      <span role="status" className="sr-only">
        {text("server.loading")}
      </span>
      <Skeleton className="h-5 w-1/3" />
      <Skeleton className="h-5 w-2/3" />
      <Skeleton className="h-5 w-1/2" />
    </div>
  );
}
