/** Times of log lines: for a column, where every line has the same width, and in full. */

const two = (value: number) => String(value).padStart(2, "0");

/** `12:01:07` in the page's time zone; empty if it is no time. */
export function clockTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Date and time to the millisecond, in the words of `language`. */
export function fullTime(time: string, language: string): string {
  return new Date(time).toLocaleString(language, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
}

/** `2026-11-22` in the page's time zone, for a file's name. */
export function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
