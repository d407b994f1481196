/** Looks for what the user typed, in the text of one line at a time. */

/** Where something was found: `[start, end)` in the text. */
export type Range = readonly [start: number, end: number];

export interface Matcher {
  /** Two matchers with the same key find the same. */
  key: string;
  test(text: string): boolean;
  /** Where it occurs, from left to right; at most `MOST_RANGES`. */
  ranges(text: string): Range[];
}

export interface SearchQuery {
  text: string;
  /** Whether `text` is a regular expression. Otherwise it is looked for as it stands. */
  regex: boolean;
}

/** More marks in one line help nobody and cost layout time. */
const MOST_RANGES = 200;

/** A matcher, nothing for an empty query, or what is wrong with the regular expression. Letter case does not matter. */
export function createMatcher(query: SearchQuery): Matcher | { error: string } | undefined {
  if (query.text === "") return undefined;
  let pattern: RegExp;
  try {
    pattern = new RegExp(query.regex ? query.text : escaped(query.text), "gi");
  } catch (error) {
    return { error: reasonOf(error) };
  }
  return {
    key: `${query.regex}:${query.text}`,
    test(text) {
      pattern.lastIndex = 0;
      return pattern.test(text);
    },
    ranges(text) {
      const ranges: Range[] = [];
      pattern.lastIndex = 0;
      for (const found of text.matchAll(pattern)) {
        // An expression such as `a*` also finds nothing, between any two characters.
        if (found[0] !== "") ranges.push([found.index, found.index + found[0].length]);
        if (ranges.length >= MOST_RANGES) break;
      }
      return ranges;
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** V8 says `Invalid regular expression: /(/gi: Unterminated group`: the last part is what helps. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(": ") + 2 || 0);
}
