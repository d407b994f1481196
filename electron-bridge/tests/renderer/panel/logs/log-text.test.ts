import { describe, expect, it, vi } from "vitest";
import { exportText, fileName, linesText, saveAs } from "../../../../src/renderer/panel/logs/log-text.js";
import { clockTime, dayOf, fullTime } from "../../../../src/renderer/panel/logs/log-time.js";
import type { LogRow } from "../../../../src/renderer/store/log-ring.js";

const rows: LogRow[] = [
  { seq: 1, time: "2026-11-22T03:01:07.123Z", stream: "stdout", text: "\u001b[32mINFO\u001b[0m ready" },
  { gap: true, after: 1, before: 1206, count: 1204 },
  { seq: 1206, time: "2026-11-22T03:01:08.000Z", stream: "stderr", text: "서버 종료" },
];

describe("lines as text", () => {
  it("is for the clipboard what was printed, without colours, and says where lines are missing", () => {
    expect(linesText(rows)).toBe("INFO ready\n[1204 lines not shown]\n서버 종료");
  });

  it("has in a file the time and the stream of each line", () => {
    expect(exportText(rows)).toBe(
      "2026-11-22T03:01:07.123Z stdout INFO ready\n[1204 lines not shown]\n2026-11-22T03:01:08.000Z stderr 서버 종료\n",
    );
    expect(exportText([])).toBe("");
  });

  it("names the file after the server and the day, in a way that every system allows", () => {
    const day = new Date(2026, 10, 22, 1, 2);
    expect(fileName("api", day)).toBe("api-2026-11-22.log");
    expect(fileName("../a:b/서버", day)).toBe("__a_b_서버-2026-11-22.log");
    expect(dayOf(day)).toBe("2026-11-22");
  });

  it("is saved by the browser under that name", async () => {
    const saved: { name: string; blob: Blob }[] = [];
    let blob = new Blob();
    vi.stubGlobal("URL", {
      createObjectURL: (made: Blob) => {
        blob = made;
        return "blob:x";
      },
      revokeObjectURL: () => {},
    });
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      saved.push({ name: this.download, blob });
    });
    saveAs("api.log", "한글\n");
    expect(saved.map(({ name }) => name)).toEqual(["api.log"]);
    expect(saved[0]?.blob.size).toBe(7);
    click.mockRestore();
    vi.unstubAllGlobals();
  });
});

describe("times of lines", () => {
  it("stand in a column by the page's clock", () => {
    const time = new Date(2026, 10, 22, 0, 5, 9).toISOString();
    expect(clockTime(time)).toBe("00:05:09");
    expect(clockTime("no time")).toBe("");
  });

  it("are told in full to the millisecond", () => {
    const time = new Date(2026, 10, 22, 0, 5, 9, 45).toISOString();
    expect(fullTime(time, "en")).toBe("November 22, 2026 at 00:05:09.045");
    expect(fullTime(time, "ko")).toContain("2026년 11월 22일");
  });
});
