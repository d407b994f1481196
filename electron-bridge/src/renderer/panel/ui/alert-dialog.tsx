/** shadcn/ui's alert dialog: a question that has to be answered. Focus returns to where it came from. */
import { AlertDialog as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { buttonVariants } from "./button.js";
import { cn } from "./class-names.js";
import { usePortalContainer } from "./portal-container.js";

export const AlertDialog = Primitive.Root;

export function AlertDialogContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  const container = usePortalContainer();
  return (
    <Primitive.Portal container={container}>
      <Primitive.Overlay className="fade-in-0 fixed inset-0 z-50 animate-in bg-black/45" />
      <Primitive.Content
        data-slot="alert-dialog"
        className={cn(
          "fixed top-1/2 left-1/2 z-50 grid w-[calc(100%-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 rounded-lg border border-border bg-popover p-5 text-popover-foreground shadow-lg",
          "fade-in-0 zoom-in-95 animate-in",
          className,
        )}
        {...props}
      />
    </Primitive.Portal>
  );
}

export function AlertDialogTitle({ className, ...props }: ComponentProps<typeof Primitive.Title>) {
  return <Primitive.Title className={cn("font-semibold text-base", className)} {...props} />;
}

export function AlertDialogDescription({
  className,
  ...props
}: ComponentProps<typeof Primitive.Description>) {
  return <Primitive.Description className={cn("text-muted-foreground text-sm", className)} {...props} />;
}

export function AlertDialogFooter({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("flex flex-wrap items-center justify-end gap-2", className)} {...props} />;
}

export function AlertDialogAction({
  className,
  variant,
  ...props
}: ComponentProps<typeof Primitive.Action> & { variant?: "default" | "destructive" }) {
  return <Primitive.Action className={cn(buttonVariants({ variant }), className)} {...props} />;
}

export function AlertDialogCancel({ className, ...props }: ComponentProps<typeof Primitive.Cancel>) {
  return <Primitive.Cancel className={cn(buttonVariants({ variant: "outline" }), className)} {...props} />;
}
