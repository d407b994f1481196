/** shadcn/ui's card. */
import type { ComponentProps } from "react";
import { cn } from "./class-names.js";

export function Card({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="card"
      className={cn("rounded-lg border border-border bg-card text-card-foreground", className)}
      {...props}
    />
  );
}
