/**
 * What a terminal would print for a line: the text, and which parts of it are styled. Knows SGR
 * (colours and weights); every other escape sequence and control character is taken out. Knows
 * nothing of themes: colours are numbers here.
 */

/** 0–255: the terminal's palette; from `TRUE_COLOR` on: 24 bits of RGB above it. */
export type AnsiColor = number;

/** Marks a colour as RGB: `color - TRUE_COLOR` is 0xRRGGBB. */
export const TRUE_COLOR = 0x1000000;

/** How a part of a line looks. Absent means: as usual. */
export interface AnsiStyle {
  foreground?: AnsiColor;
  background?: AnsiColor;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  inverse?: true;
  strike?: true;
}

/** A stretch of text with one style; none if it is plain. */
export interface AnsiSpan {
  text: string;
  style?: AnsiStyle;
}

/**
 * One escape sequence (CSI, OSC with a title or a link, DCS and its kin, two-character ones) or one control
 * character. A sequence that never ends, as at a cut, is taken to the end of the line.
 */
const NOT_PRINTED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]|$)|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0a-\x1f\x7f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ANYTHING_TO_DO = /[\x00-\x08\x0a-\x1f\x7f\x9b]/;

/** The text without what is not printed. A carriage return begins the line anew, as on a terminal. */
export function stripAnsi(text: string): string {
  if (!ANYTHING_TO_DO.test(text)) return text;
  const kept = text.replace(NOT_PRINTED, (found) => (found === "\r" ? "\r" : ""));
  const whole = kept.replace(/\r+$/, "");
  return whole.slice(whole.lastIndexOf("\r") + 1);
}

/** The line taken apart; the texts joined are `stripAnsi(text)`. */
export function parseAnsi(text: string): AnsiSpan[] {
  if (!ANYTHING_TO_DO.test(text)) return text === "" ? [] : [{ text }];
  const line = text.replace(/\r+$/, "");
  let spans: AnsiSpan[] = [];
  let style: AnsiStyle = {};
  let position = 0;
  const print = (end: number) => {
    if (end > position) spans.push(spanOf(line.slice(position, end), style));
  };
  for (const found of line.matchAll(NOT_PRINTED)) {
    print(found.index);
    position = found.index + found[0].length;
    if (found[2] === "m") style = changed(style, found[1] ?? "");
    else if (found[0] === "\r") spans = [];
  }
  print(line.length);
  return spans;
}

function spanOf(text: string, style: AnsiStyle): AnsiSpan {
  for (const _ in style) return { text, style };
  return { text };
}

type Flag = "bold" | "dim" | "italic" | "underline" | "inverse" | "strike";

const SETS: Readonly<Record<number, Flag>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
const RESETS: Readonly<Record<number, readonly (keyof AnsiStyle)[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
  39: ["foreground"],
  49: ["background"],
};

function changed(before: AnsiStyle, parameters: string): AnsiStyle {
  // `38:2::r:g:b` is the standard's form of `38;2;r;g;b`; its empty colour space is left out.
  const numbers = parameters
    .replace(/([34]8:2):[^:;]*:(?=\d+:\d+:\d+)/g, "$1:")
    .split(/[;:]/)
    .map(Number);
  let style: AnsiStyle = { ...before };
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index] ?? 0;
    const flag = SETS[code];
    const resets = RESETS[code];
    if (code === 0) style = {};
    else if (flag) style[flag] = true;
    else if (resets) for (const name of resets) delete style[name];
    else if (code >= 30 && code <= 37) style.foreground = code - 30;
    else if (code >= 40 && code <= 47) style.background = code - 40;
    else if (code >= 90 && code <= 97) style.foreground = code - 90 + 8;
    else if (code >= 100 && code <= 107) style.background = code - 100 + 8;
    else if (code === 38 || code === 48) {
      const [color, used] = extendedColor(numbers.slice(index + 1));
      if (color !== undefined) style[code === 38 ? "foreground" : "background"] = color;
      index += used;
    }
  }
  return style;
}

/** The colour after 38 or 48, and how many numbers it takes. */
function extendedColor(numbers: readonly number[]): [AnsiColor | undefined, number] {
  const [kind, first, second, third] = numbers;
  if (kind === 5) return [isByte(first) ? first : undefined, 2];
  if (kind === 2 && isByte(first) && isByte(second) && isByte(third))
    return [TRUE_COLOR + first * 0x10000 + second * 0x100 + third, 4];
  return [undefined, numbers.length];
}

function isByte(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 255;
}
