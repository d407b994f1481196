/** shadcn/ui's skeleton: the place of what is not there yet. */
import type { ComponentProps } from "react";
import { cn } from "./class-names.js";

export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-accent", className)} {...props} />;
}
