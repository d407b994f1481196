/** A state that fills its place: an icon, what is so, why, and what to do. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../ui/class-names.js";

export interface NoticeProps {
  icon: LucideIcon;
  title: string;
  why?: ReactNode;
  /** What to do: examples, buttons. */
  children?: ReactNode;
  tone?: "plain" | "failed";
}

export function Notice({ icon: Icon, title, why, children, tone = "plain" }: NoticeProps) {
  return (
    <div className="flex min-h-0 flex-1 overflow-y-auto p-6">
      <div className="m-auto flex w-full max-w-xl flex-col items-center gap-4 text-center">
        <span
          className={cn(
            "flex size-11 items-center justify-center rounded-xl border border-border bg-muted text-muted-foreground",
            tone === "failed" && "border-transparent bg-failed-soft text-failed",
          )}
        >
          <Icon aria-hidden className="size-5" />
        </span>
        <div className="flex flex-col gap-1">
          <h2 className="font-semibold text-base">{title}</h2>
          {why && <p className="text-balance text-muted-foreground">{why}</p>}
        </div>
        {children}
      </div>
    </div>
  );
}
