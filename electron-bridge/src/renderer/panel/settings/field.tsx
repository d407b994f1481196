/** One setting: what it is called, what it means, the control, and what is wrong with its value. */
import { TriangleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cn } from "../ui/class-names.js";
import { Label } from "../ui/input.js";

/** What the control of a field has to take on, so that it is called and described by its words. */
export interface ControlProps {
  id: string;
  "aria-describedby": string;
  "aria-invalid": true | undefined;
}

export interface FieldProps {
  label: string;
  help: string;
  /** What is wrong; nothing if it is right. */
  fault?: string | undefined;
  /** What should be known, though it is right. */
  warning?: string | undefined;
  /** One of the details of the field above. */
  nested?: boolean;
  children: (control: ControlProps) => ReactNode;
}

/** A row of a group of settings. */
export function Field({ label, help, fault, warning, nested = false, children }: FieldProps) {
  const id = useId();
  const described = [`${id}-help`, fault && `${id}-fault`, warning && `${id}-warning`];
  return (
    <div
      className={cn(
        "grid items-start gap-x-6 gap-y-1.5 border-border border-t px-3.5 py-2.5 first:border-t-0",
        "@min-[30rem]/settings:grid-cols-[minmax(0,1fr)_15rem]",
        nested && "@min-[30rem]/settings:pl-7",
      )}
    >
      <div className="grid gap-0.5">
        <Label htmlFor={id} className={nested ? "font-normal" : undefined}>
          {label}
        </Label>
        <p id={`${id}-help`} className="text-muted-foreground text-xs">
          {help}
        </p>
      </div>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1 @min-[30rem]/settings:pt-0.5">
        {children({
          id,
          "aria-describedby": described.filter(Boolean).join(" "),
          "aria-invalid": fault === undefined ? undefined : true,
        })}
        {fault !== undefined && (
          <p id={`${id}-fault`} role="alert" className="text-failed text-xs">
            {fault}
          </p>
        )}
        {warning !== undefined && (
          <p id={`${id}-warning`} className="flex gap-1.5 text-changing text-xs">
            <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            <span className="text-foreground">{warning}</span>
          </p>
        )}
      </div>
    </div>
  );
}

/** Settings that belong together, under a heading. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-1.5">
      <h3 id={id} className="font-medium text-muted-foreground text-xs">
        {title}
      </h3>
      <div className="rounded-lg border border-border bg-card">{children}</div>
    </section>
  );
}
