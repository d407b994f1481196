import { describe, expect, it } from "vitest";
import { parseAnsi, stripAnsi, TRUE_COLOR } from "../../../../src/renderer/panel/logs/ansi.js";
import { contrast, themedColors } from "../../../../src/renderer/panel/logs/ansi-palette.js";

const ESC = "\u001b[";

describe("escape sequences in a line", () => {
  it("leaves a plain line as it is", () => {
    expect(parseAnsi("GET /health 200")).toEqual([{ text: "GET /health 200" }]);
    expect(parseAnsi("")).toEqual([]);
  });

  it("turns colours and weights into spans, and ends them at a reset", () => {
    expect(parseAnsi(`${ESC}1;31mfailed${ESC}0m, retrying`)).toEqual([
      { text: "failed", style: { bold: true, foreground: 1 } },
      { text: ", retrying" },
    ]);
  });

  it("takes an empty parameter for a reset, as terminals do", () => {
    expect(parseAnsi(`${ESC}32mok${ESC}m done`)).toEqual([
      { text: "ok", style: { foreground: 2 } },
      { text: " done" },
    ]);
  });

  it("knows bright colours, the palette of 256 and true colours, in both forms of separators", () => {
    const colors = [`${ESC}95m`, `${ESC}38;5;208m`, `${ESC}38;2;1;2;3m`, `${ESC}38:2::1:2:3m`].map(
      (code) => parseAnsi(`${code}x`)[0]?.style?.foreground,
    );
    expect(colors).toEqual([13, 208, TRUE_COLOR + 0x010203, TRUE_COLOR + 0x010203]);
  });

  it("goes on after a true colour with what stands behind it", () => {
    expect(parseAnsi(`${ESC}38;2;255;0;0;4;48;5;17mx`)).toEqual([
      { text: "x", style: { foreground: TRUE_COLOR + 0xff0000, underline: true, background: 17 } },
    ]);
  });

  it("takes single properties back", () => {
    const styles = parseAnsi(`${ESC}1;4;7;33ma${ESC}22;24mb${ESC}27;39mc`).map((span) => span.style);
    expect(styles).toEqual([
      { bold: true, underline: true, inverse: true, foreground: 3 },
      { inverse: true, foreground: 3 },
      undefined,
    ]);
  });

  it("drops a colour that is none without losing the text", () => {
    expect(parseAnsi(`${ESC}38;5;999mtext`)).toEqual([{ text: "text" }]);
  });

  it("takes out every other sequence: cursor, titles, links, bells", () => {
    const line = `${ESC}2K${ESC}1Gmoved \u001b]0;title\u0007\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001b(Bend\u0007`;
    expect(stripAnsi(line)).toBe("moved link end");
    expect(
      parseAnsi(line)
        .map((span) => span.text)
        .join(""),
    ).toBe("moved link end");
  });

  it("is not confused by a sequence that the end of a piece cuts off", () => {
    expect(stripAnsi(`text${ESC}38;5`)).toBe("text");
    expect(stripAnsi("text\u001b")).toBe("text");
  });

  it("shows of a progress bar what a terminal would show in the end", () => {
    const bar = `\r 10%|#    |\r${ESC}32m100%|#####|${ESC}0m\r`;
    expect(stripAnsi(bar)).toBe("100%|#####|");
    expect(parseAnsi(bar)).toEqual([{ text: "100%|#####|", style: { foreground: 2 } }]);
  });

  it("keeps tabs and text of any language", () => {
    expect(stripAnsi("\t서버 시작 😀")).toBe("\t서버 시작 😀");
  });
});

describe("colours of terminals on the panel's themes", () => {
  const rgb = (css: string | undefined) =>
    (css ?? "").match(/\d+/g)?.map(Number) as unknown as [number, number, number];
  const everyColor = [
    ...Array(256).keys(),
    ...[0, 0xffff00, 0x808080, 0xffffff].map((value) => TRUE_COLOR + value),
  ];

  it("can be read on both themes, whatever a program asks for", () => {
    for (const foreground of everyColor) {
      const { light, dark } = themedColors({ foreground });
      expect(contrast(rgb(light), [255, 255, 255])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(rgb(dark), [14, 15, 18])).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("can be read on any background, and inverted", () => {
    for (const background of everyColor)
      for (const style of [
        { background },
        { background, foreground: 8 },
        { foreground: background, inverse: true as const },
      ]) {
        const { light, lightBehind, dark, darkBehind } = themedColors(style);
        expect(contrast(rgb(light), rgb(lightBehind))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(rgb(dark), rgb(darkBehind))).toBeGreaterThanOrEqual(4.5);
      }
  });

  it("inverts the panel's own colours where none are given", () => {
    const { light, lightBehind } = themedColors({ inverse: true });
    expect(light).toBe("rgb(255 255 255)");
    expect(lightBehind).toBe("rgb(25 27 31)");
  });

  it("leaves text without colours to the panel", () => {
    expect(themedColors({ bold: true })).toEqual({});
  });
});
