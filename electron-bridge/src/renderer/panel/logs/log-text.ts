/** Lines of a log as text, for the clipboard and for a file. */

import type { LogLine, LogRow } from "../../store/log-ring.js";
import { stripAnsi } from "./ansi.js";
import { isGap } from "./held-rows.js";
import { dayOf } from "./log-time.js";

/** As they were printed, without colours. */
export function linesText(rows: Iterable<LogRow>): string {
  return joined(rows, (row) => stripAnsi(row.text));
}

/** For a file: each line with its time (UTC) and stream. */
export function exportText(rows: Iterable<LogRow>): string {
  const text = joined(rows, (row) => `${row.time} ${row.stream} ${stripAnsi(row.text)}`);
  return text === "" ? "" : `${text}\n`;
}

function joined(rows: Iterable<LogRow>, write: (row: LogLine) => string): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(isGap(row) ? `[${row.count} lines not shown]` : write(row));
  return lines.join("\n");
}

/** `api-2026-11-22.log`, without what file systems do not allow. */
export function fileName(server: string, now: Date): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no file name may hold them
  const safe = server.replace(/[\x00-\x1f<>:"/\\|?*]+/g, "_").replace(/^\.+/, "_");
  return `${safe || "server"}-${dayOf(now)}.log`;
}

/** The browser may read the file a while after the click. */
const FORGET_AFTER_MS = 60_000;

/** Has the browser save `text` as a file. */
export function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), FORGET_AFTER_MS);
}

/** Puts `text` on the clipboard; also where the page was not loaded from a secure origin. Rejects if it is not allowed. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copying is not allowed");
}
