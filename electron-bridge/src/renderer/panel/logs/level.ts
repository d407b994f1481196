/** Finds the level word that loggers put at the beginning of a line. The stream says nothing of it: uvicorn logs to stderr. */

export type Level = "debug" | "info" | "warning" | "error" | "critical";

/** A level, and where its word stands. */
export interface FoundLevel {
  level: Level;
  start: number;
  end: number;
}

/** Times, brackets and bars may stand before the word; a lower-case word only counts with a `:` or `]` after it. */
const LEVEL =
  /^[\s\d:.,TZ+/[\](){}|<>-]{0,48}?\b(?:(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRITICAL|FATAL|PANIC)\b(?!=)|((?:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|critical|fatal|panic)(?=[:\]]))|((?:Warning|Error|Fatal)(?=:)))/;

const LEVELS: Readonly<Record<string, Level>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  notice: "info",
  warn: "warning",
  warning: "warning",
  err: "error",
  error: "error",
  critical: "critical",
  fatal: "critical",
  panic: "critical",
};

/** The level of a line without escape sequences, if it names one. */
export function findLevel(text: string): FoundLevel | undefined {
  const found = LEVEL.exec(text);
  const word = found?.[1] ?? found?.[2] ?? found?.[3];
  if (found === null || word === undefined) return undefined;
  const level = LEVELS[word.toLowerCase()];
  if (level === undefined) return undefined;
  const end = found[0].length;
  return { level, start: end - word.length, end };
}
