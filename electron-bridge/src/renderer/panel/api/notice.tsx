/** What stands in the place of an API that cannot be shown. */
import type { ReactNode } from "react";

export interface NoticeProps {
  icon: ReactNode;
  title: string;
  /** Something has failed. */
  alert?: boolean;
  children: ReactNode;
}

/** A title, why, and what can be done. */
export function Notice({ icon, title, alert = false, children }: NoticeProps) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className="flex min-h-40 flex-1 flex-col items-center justify-center gap-1 p-6 text-center"
    >
      <span aria-hidden className="mb-1 text-muted-foreground/70 [&_svg]:size-6">
        {icon}
      </span>
      <p className="font-medium text-sm">{title}</p>
      <div className="grid max-w-sm justify-items-center gap-2 text-muted-foreground text-xs text-balance">
        {children}
      </div>
    </div>
  );
}
