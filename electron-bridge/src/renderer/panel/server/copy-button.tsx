/** Copies a text and says that it has. Works without a secure context too, where there is no clipboard API. */
import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../i18n/index.js";
import { Button, type ButtonProps } from "../ui/button.js";
import { Tooltip } from "../ui/tooltip.js";

/** Long enough to be read, short enough to copy again. */
const SAID_FOR_MS = 2000;

/** Puts `content` on the clipboard; whether that was possible. */
export async function copyText(content: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    return copyBySelection(content);
  }
}

/** For a page that came over plain HTTP from another machine: browsers give it no clipboard API. */
function copyBySelection(content: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = content;
  area.style.cssText = "position: fixed; opacity: 0";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}

export interface CopyButtonProps extends Omit<ButtonProps, "content" | "onClick"> {
  /** What is copied, made when it is asked for. */
  content: () => string;
  /** What the button does, in words. */
  label: string;
  /** Shown beside the icon; without it the icon stands alone. */
  children?: ReactNode;
}

/** A button that copies. */
export function CopyButton({ content, label, children, variant = "ghost", size, ...props }: CopyButtonProps) {
  const text = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const said = copied ? text("copied") : label;
  return (
    <Tooltip text={children === undefined ? said : undefined}>
      <Button
        variant={variant}
        size={size ?? (children === undefined ? "icon-sm" : "default")}
        aria-label={children === undefined ? label : undefined}
        {...props}
        onClick={() => void copyText(content()).then(setCopied)}
      >
        {copied ? <Check /> : <Copy />}
        {children !== undefined && (copied ? text("copied") : children)}
        {children === undefined && (
          <span role="status" className="sr-only">
            {copied && text("copied")}
          </span>
        )}
      </Button>
    </Tooltip>
  );
}
