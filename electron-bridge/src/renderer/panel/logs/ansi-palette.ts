/**
 * Turns the colours of terminals into colours that can be read on the light and on the dark theme:
 * whatever a program asks for, text keeps a contrast of 4.5 to what is behind it.
 */
import { type AnsiColor, type AnsiStyle, TRUE_COLOR } from "./ansi.js";

type Rgb = readonly [red: number, green: number, blue: number];

/** WCAG asks for 4.5; a little more for the tint of hovered rows. */
const CONTRAST = 4.8;

const LIGHT = { text: [25, 27, 31], behind: [255, 255, 255] } as const;
const DARK = { text: [238, 239, 241], behind: [14, 15, 18] } as const;
type Theme = typeof LIGHT | typeof DARK;

const NAMED_LIGHT = [
  "1f2328", "cf222e", "116329", "7d4e00", "0550ae", "8250df", "1b6e78", "57606a",
  "57606a", "a40e26", "1a7f37", "8a5a00", "0969da", "a475f9", "147b86", "6e7781",
]; // biome-ignore format: eight of a kind in a row
const NAMED_DARK = [
  "8b929b", "ff7b72", "57c765", "dba63d", "79b8ff", "d2a8ff", "4fd0dc", "c9d1d9",
  "8b949e", "ffa198", "7ee787", "f2cc60", "a5d6ff", "e2c5ff", "85e5ee", "ffffff",
]; // biome-ignore format: eight of a kind in a row

/** The colours of a style, as CSS colours, per theme; absent where the panel's own hold. */
export interface ThemedColors {
  light?: string;
  dark?: string;
  lightBehind?: string;
  darkBehind?: string;
}

const known = new Map<number, ThemedColors>();
/** Programs that draw gradients would otherwise fill the memory. */
const KNOWN_LIMIT = 4096;
const NONE = 0x2000000;

/** The colours of `style`; the same object for the same colours. */
export function themedColors(style: AnsiStyle): ThemedColors {
  const foreground = style.foreground ?? NONE;
  const background = style.background ?? NONE;
  const inverse = style.inverse ? 1 : 0;
  const key = (foreground * 0x4000000 + background) * 2 + inverse;
  const before = known.get(key);
  if (before) return before;
  if (known.size >= KNOWN_LIMIT) known.clear();
  const [light, lightBehind] = colorsOn(LIGHT, NAMED_LIGHT, style);
  const [dark, darkBehind] = colorsOn(DARK, NAMED_DARK, style);
  const colors: ThemedColors = {
    ...(light && { light }),
    ...(dark && { dark }),
    ...(lightBehind && { lightBehind }),
    ...(darkBehind && { darkBehind }),
  };
  known.set(key, colors);
  return colors;
}

function colorsOn(theme: Theme, named: readonly string[], style: AnsiStyle): [string?, string?] {
  let text = style.foreground === undefined ? undefined : rgbOf(style.foreground, named);
  let behind = style.background === undefined ? undefined : rgbOf(style.background, named);
  if (style.inverse) [text, behind] = [behind ?? theme.behind, text ?? theme.text];
  if (text === undefined && behind === undefined) return [];
  const readable = readableOn(behind ?? theme.behind, text ?? theme.text);
  return behind === undefined ? [cssOf(readable)] : [cssOf(readable), cssOf(behind)];
}

const CUBE = [0, 95, 135, 175, 215, 255];

function rgbOf(color: AnsiColor, named: readonly string[]): Rgb {
  if (color >= TRUE_COLOR) return unpacked(color - TRUE_COLOR);
  if (color < 16) return unpacked(Number.parseInt(named[color] ?? "808080", 16));
  if (color >= 232) {
    const grey = 8 + (color - 232) * 10;
    return [grey, grey, grey];
  }
  const place = color - 16;
  const level = (divisor: number) => CUBE[Math.floor(place / divisor) % 6] ?? 0;
  return [level(36), level(6), level(1)];
}

function unpacked(packed: number): Rgb {
  return [packed >> 16, (packed >> 8) & 255, packed & 255];
}

function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** `text`, moved towards black or white as far as it takes to be read on `behind`. */
function readableOn(behind: Rgb, text: Rgb): Rgb {
  if (contrast(text, behind) >= CONTRAST) return text;
  const target: Rgb = luminance(behind) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  const STEPS = 20;
  for (let step = 1; step < STEPS; step++) {
    const mixed = mix(text, target, step / STEPS);
    if (contrast(mixed, behind) >= CONTRAST) return mixed;
  }
  return target;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const one = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share;
  return [one(0), one(1), one(2)];
}

/** The contrast ratio of WCAG 2, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
