/** shadcn/ui's button. */
import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.js";

export const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium text-sm whitespace-nowrap select-none transition-colors outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-1 focus-visible:ring-offset-background disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:pointer-events-none [&_svg]:shrink-0 [&_svg:not([class*='size-'])]:size-4",
  {
    variants: {
      variant: {
        default: "bg-primary text-primary-foreground hover:not-disabled:not-aria-disabled:bg-primary/90",
        destructive:
          "bg-destructive text-destructive-foreground hover:not-disabled:not-aria-disabled:bg-destructive/90",
        outline:
          "border border-input bg-background hover:not-disabled:not-aria-disabled:bg-accent hover:not-disabled:not-aria-disabled:text-accent-foreground",
        secondary:
          "bg-secondary text-secondary-foreground hover:not-disabled:not-aria-disabled:bg-secondary/80",
        ghost:
          "hover:not-disabled:not-aria-disabled:bg-accent hover:not-disabled:not-aria-disabled:text-accent-foreground",
        link: "text-primary underline-offset-4 hover:underline",
      },
      size: {
        default: "h-8 px-3",
        sm: "h-7 gap-1 px-2 text-xs",
        lg: "h-9 px-4",
        icon: "size-8",
        "icon-sm": "size-7",
      },
    },
    defaultVariants: { variant: "default", size: "default" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonVariants> {
  asChild?: boolean;
}

export function Button({ className, variant, size, asChild = false, ...props }: ButtonProps) {
  const Component = asChild ? Slot.Root : "button";
  return (
    <Component
      data-slot="button"
      {...(asChild ? {} : { type: "button" as const })}
      className={cn(buttonVariants({ variant, size, className }))}
      {...props}
    />
  );
}
