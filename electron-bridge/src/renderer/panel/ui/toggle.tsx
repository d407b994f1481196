/** shadcn/ui's toggle and toggle group: what is on or off, and one of a few. */
import { ToggleGroup as ToggleGroupPrimitive, Toggle as TogglePrimitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.js";

// By `aria-…` and not `data-state`: a tooltip around a toggle has a `data-state` of its own.
const TOGGLE =
  "inline-flex shrink-0 items-center justify-center gap-1 rounded-md text-muted-foreground text-xs select-none transition-colors outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 aria-checked:bg-primary/12 aria-checked:text-primary aria-pressed:bg-primary/12 aria-pressed:text-primary [&_svg]:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0";

export function Toggle({ className, ...props }: ComponentProps<typeof TogglePrimitive.Root>) {
  return <TogglePrimitive.Root data-slot="toggle" className={cn(TOGGLE, "size-7", className)} {...props} />;
}

export function ToggleGroup({ className, ...props }: ComponentProps<typeof ToggleGroupPrimitive.Root>) {
  return (
    <ToggleGroupPrimitive.Root
      data-slot="toggle-group"
      className={cn("inline-flex shrink-0 items-center rounded-md border border-input p-px", className)}
      {...props}
    />
  );
}

export function ToggleGroupItem({ className, ...props }: ComponentProps<typeof ToggleGroupPrimitive.Item>) {
  return (
    <ToggleGroupPrimitive.Item
      data-slot="toggle-group-item"
      className={cn(TOGGLE, "h-6 rounded-[5px] px-2", className)}
      {...props}
    />
  );
}
