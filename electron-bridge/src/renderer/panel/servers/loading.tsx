/** The place of the list and of a server before anything is known. After a while it says what it waits for. */
import { Hourglass } from "lucide-react";
import { useEffect, useState } from "react";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { SidecarState } from "../sidecar/sidecar-state.js";
import { Skeleton } from "../ui/skeleton.js";
import { Notice } from "./notice.js";

/** A sidecar answers within a second or two; whoever waits longer wants to know for what. */
const PATIENCE_MS = 6_000;

const ROWS = ["a", "b", "c"];

export function Loading() {
  const text = useText();
  const trouble = usePythonServer((state) => state.sidecar.message ?? state.lastMessage);
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (long) {
    return (
      <Notice
        icon={Hourglass}
        title={text("servers.loadingLong")}
        why={trouble ?? text("servers.loadingLongWhy")}
      >
        <SidecarState />
      </Notice>
    );
  }
  return (
    <div role="status" className="flex min-h-0 flex-1 overflow-hidden">
      <span className="sr-only">{text("servers.loading")}</span>
      <div className="flex w-80 shrink-0 flex-col gap-3 border-border border-r p-4 @max-[720px]/panel:hidden">
        {ROWS.map((row) => (
          <Skeleton key={row} className="h-11" />
        ))}
      </div>
      <div className="flex flex-1 flex-col gap-3 p-5">
        <Skeleton className="h-6 w-40" />
        <Skeleton className="h-4 w-64" />
        <Skeleton className="mt-2 h-8 w-48" />
        <Skeleton className="mt-4 min-h-0 flex-1" />
      </div>
    </div>
  );
}
