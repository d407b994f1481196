import { describe, expect, it } from "vitest";
import { findLevel } from "../../../../src/renderer/panel/logs/level.js";
import { lineSegments } from "../../../../src/renderer/panel/logs/line-segments.js";
import { createMatcher, type Matcher } from "../../../../src/renderer/panel/logs/matcher.js";

function matcherOf(text: string, regex = false): Matcher {
  const matcher = createMatcher({ text, regex });
  if (!matcher || "error" in matcher) throw new Error("not a matcher");
  return matcher;
}

describe("searching a line", () => {
  it("looks for the text as it stands, whatever its case", () => {
    expect(matcherOf("Http/1.1").ranges("HTTP/1.1 and http/1x1")).toEqual([[0, 8]]);
  });

  it("takes it for a regular expression when asked", () => {
    expect(matcherOf("4\\d\\d$", true).ranges("404 503 499")).toEqual([[8, 11]]);
  });

  it("finds Korean", () => {
    expect(matcherOf("시작").ranges("서버 시작, 다시 시작")).toEqual([
      [3, 5],
      [10, 12],
    ]);
  });

  it("says what is wrong with an expression, without the engine's preamble", () => {
    expect(createMatcher({ text: "(", regex: true })).toEqual({ error: "Unterminated group" });
    expect(createMatcher({ text: "(", regex: false })).toHaveProperty("test");
  });

  it("is nothing for an empty query", () => {
    expect(createMatcher({ text: "", regex: true })).toBeUndefined();
  });

  it("comes to an end with an expression that matches nothing at all", () => {
    expect(matcherOf("x*", true).ranges("axa")).toEqual([[1, 2]]);
    expect(matcherOf("x*", true).test("aaa")).toBe(true);
  });

  it("answers the same each time", () => {
    const matcher = matcherOf("GET");
    expect([matcher.test("GET"), matcher.test("GET"), matcher.test("PUT")]).toEqual([true, true, false]);
  });
});

describe("the level of a line", () => {
  it.each([
    ["INFO:     127.0.0.1 - GET", "info"],
    ["WARNING:  slow", "warning"],
    ["2026-11-22 12:01:07,123 ERROR app: no", "error"],
    ["[12:01:07] [CRITICAL] disk", "critical"],
    ["2026-11-22T12:01:07.1Z | DEBUG | x", "debug"],
    ["error: cannot open", "error"],
    ["warn] careful", "warning"],
  ])("reads %j", (line, level) => {
    expect(findLevel(line)?.level).toBe(level);
  });

  it.each(["error in line 3 is gone", "an INFO: later", "INFORMATION: x", "ERRORS=0", "user kim: ERROR", ""])(
    "sees none in %j",
    (line) => {
      expect(findLevel(line)).toBeUndefined();
    },
  );

  it("knows where the word stands", () => {
    expect(findLevel("12:01 INFO ok")).toEqual({ level: "info", start: 6, end: 10 });
  });
});

describe("a line cut into segments", () => {
  it("is one segment when nothing stands out", () => {
    expect(lineSegments("plain", undefined, 100)).toEqual({
      segments: [{ text: "plain", start: 0 }],
      level: undefined,
      hidden: 0,
    });
  });

  it("marks what was found across a change of colour", () => {
    const { segments } = lineSegments("ab\u001b[31mcd\u001b[0mef", matcherOf("bcde"), 100);
    expect(segments).toEqual([
      { text: "a", start: 0 },
      { text: "b", start: 1, marked: true },
      { text: "cd", start: 2, style: { foreground: 1 }, marked: true },
      { text: "e", start: 4, marked: true },
      { text: "f", start: 5 },
    ]);
  });

  it("leaves a level word that the program coloured as it is", () => {
    const { segments, level } = lineSegments("\u001b[32mINFO\u001b[0m:  ready", undefined, 100);
    expect(level).toBe("info");
    expect(segments[0]).toEqual({ text: "INFO", start: 0, style: { foreground: 2 } });
  });

  it("cuts a long line, and counts what it leaves out without the escape sequences", () => {
    const line = `\u001b[31m${"x".repeat(65_536)}\u001b[0m`;
    const { segments, hidden } = lineSegments(line, matcherOf("x"), 2000);
    expect(segments.map((segment) => segment.text).join("")).toBe("x".repeat(2000));
    expect(hidden).toBe(63_536);
  });

  it("loses no character, however it is cut", () => {
    const line = "INFO: \u001b[1mGET\u001b[0m /a?b=\u001b[4m서버\u001b[0m INFO";
    const { segments } = lineSegments(line, matcherOf("\\w|서", true), 100);
    expect(segments.map((segment) => segment.text).join("")).toBe("INFO: GET /a?b=서버 INFO");
  });
});
