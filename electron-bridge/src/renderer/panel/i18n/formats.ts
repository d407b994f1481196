/** Durations, sizes and times as people read them. Pure: the words come in. */
import type { Text } from "./index.js";

const UNITS = [
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
  ["seconds", 1],
] as const;

/** A duration in its two largest units: `2d 4h`, `11m 3s`, `0s`. */
export function formatDuration(seconds: number, text: Text): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, length]) => whole >= length);
  if (first < 0) return text("seconds", { value: 0 });
  return UNITS.slice(first, first + 2)
    .map(([name, length], index) => {
      const above = index === 0 ? whole : whole % (UNITS[first]?.[1] ?? 1);
      return [name, Math.floor(above / length)] as const;
    })
    .filter(([, value], index) => index === 0 || value > 0)
    .map(([name, value]) => text(name, { value }))
    .join(" ");
}

/** The user's own kind of `language`: British dates for a British user of the English panel. */
function localeOf(language: string): string {
  return globalThis.navigator?.languages.find((locale) => locale.split("-", 1)[0] === language) ?? language;
}

const MEGABYTE = 1_000_000;

/** A size in MB, with one digit after the point below 10. */
export function formatMegabytes(bytes: number, language: string): string {
  const megabytes = bytes / MEGABYTE;
  const digits = megabytes < 10 ? 1 : 0;
  return `${megabytes.toLocaleString(localeOf(language), { maximumFractionDigits: digits })} MB`;
}

/** CPU in percent of one core. */
export function formatPercent(percent: number, language: string): string {
  const digits = percent < 10 ? 1 : 0;
  return `${percent.toLocaleString(localeOf(language), { maximumFractionDigits: digits })} %`;
}

/** The time of day, for a column. */
export function formatTime(time: string, language: string): string {
  return new Date(time).toLocaleTimeString(localeOf(language), {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23", // `hour12: false` says 24 for midnight, and units in Korean
  });
}

/** Date and time in full, for what appears on hover. */
export function formatMoment(time: string, language: string): string {
  return new Date(time).toLocaleString(localeOf(language), { dateStyle: "full", timeStyle: "medium" });
}
