/** One fact: its name and its value. To stand in a `dl`. */
import type { ReactNode } from "react";
import { type TextKey, useText } from "../i18n/index.js";
import { cn } from "../ui/class-names.js";

export interface FactProps {
  label: TextKey;
  className?: string;
  children: ReactNode;
}

/** Name and value in a row. */
export function Fact({ label, className, children }: FactProps) {
  const text = useText();
  return (
    <div className="flex h-5 min-w-0 items-center gap-1.5">
      <dt className="shrink-0">{text(label)}</dt>
      <dd className={cn("truncate font-medium text-foreground tabular-nums", className)}>{children}</dd>
    </div>
  );
}
