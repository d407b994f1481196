/** A few lines to take over, with a button that copies them. */
import { useText } from "../i18n/index.js";
import { CopyButton } from "../server/copy-button.js";

/** `title` says where the lines go. */
export function CodeExample({ title, code }: { title: string; code: string }) {
  const text = useText();
  return (
    <figure className="w-full min-w-0 overflow-hidden rounded-lg border border-border bg-card text-left">
      <figcaption className="flex items-center justify-between gap-2 border-border border-b py-1 pr-1 pl-3 text-muted-foreground text-xs">
        <span>{title}</span>
        <CopyButton content={() => code} label={text("servers.copyExample", { title })} />
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled, so it must be reachable
        tabIndex={0}
        className="overflow-x-auto p-3 text-xs leading-5 outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
      >
        <code>{code}</code>
      </pre>
    </figure>
  );
}
