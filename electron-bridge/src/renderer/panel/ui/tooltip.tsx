/** shadcn/ui's tooltip. */
import { Tooltip as TooltipPrimitive } from "radix-ui";
import { type ComponentProps, type ReactNode, useState } from "react";
import { cn } from "./class-names.js";
import { usePortalContainer } from "./portal-container.js";

export const TooltipProvider = TooltipPrimitive.Provider;

export interface TooltipProps {
  /** What the tooltip says; nothing is shown without it. */
  text: ReactNode;
  children: ReactNode;
  side?: ComponentProps<typeof TooltipPrimitive.Content>["side"];
}

/** `children` must be one element that can take a ref and be focused. */
export function Tooltip({ text, children, side = "bottom" }: TooltipProps) {
  const container = usePortalContainer();
  const [open, setOpen] = useState(false);
  // The same elements with and without a text: otherwise `children` would be made anew and lose the focus.
  return (
    <TooltipPrimitive.Root open={open} onOpenChange={(wanted) => setOpen(wanted && Boolean(text))}>
      <TooltipPrimitive.Trigger asChild>{children}</TooltipPrimitive.Trigger>
      <TooltipPrimitive.Portal container={container}>
        {text && (
          <TooltipPrimitive.Content
            data-slot="tooltip"
            side={side}
            sideOffset={4}
            collisionPadding={8}
            className={cn(
              "z-50 max-w-72 rounded-md bg-foreground px-2.5 py-1.5 text-background text-xs text-balance",
              "fade-in-0 zoom-in-95 animate-in",
            )}
          >
            {text}
          </TooltipPrimitive.Content>
        )}
      </TooltipPrimitive.Portal>
    </TooltipPrimitive.Root>
  );
}
