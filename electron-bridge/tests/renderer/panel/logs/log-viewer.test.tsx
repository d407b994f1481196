import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { PythonServerProvider } from "../../../../src/renderer/hooks/context.js";
import { WordsProvider } from "../../../../src/renderer/panel/i18n/index.js";
import { LogViewer } from "../../../../src/renderer/panel/logs/log-viewer.js";
import { PortalContainerProvider } from "../../../../src/renderer/panel/ui/portal-container.js";
import { TooltipProvider } from "../../../../src/renderer/panel/ui/tooltip.js";
import type { FakePythonServer } from "../../../../src/testing/fake-api.js";
import { fakeSidecar, onFreshPages, show } from "../shell/show-panel.js";
import { layOutLogs } from "./laid-out.js";

const log = () => screen.getByRole("log", { name: "Logs of api" });
const lines = () => [...log().querySelectorAll("[data-line]")].map((line) => line.textContent);
const search = () => screen.getByRole("searchbox", { name: "Search the logs" });
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const found = () => screen.getAllByRole("status")[0]?.textContent;

let sidecar: FakePythonServer;

async function showLog(language: "en" | "ko" = "en") {
  sidecar = fakeSidecar({ servers: { api: { running: true, lines: ["INFO:     ready"] } } });
  const page = show(
    <PythonServerProvider api={sidecar}>
      <WordsProvider language={language}>
        <PortalContainerProvider>
          <TooltipProvider>
            <LogViewer name="api" />
          </TooltipProvider>
        </PortalContainerProvider>
      </WordsProvider>
    </PythonServerProvider>,
  );
  await screen.findByRole("log");
  return page;
}

async function print(...texts: string[]) {
  act(() => sidecar.emitLog(texts, "api"));
  await waitFor(() => expect(lines()).toContain(texts.at(-1)));
}

async function scrollTo(top: number) {
  await act(async () => {
    log().scrollTop = top;
  });
}

const numbered = (count: number, word = "line") =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

describe("the log viewer", () => {
  onFreshPages();
  beforeEach(layOutLogs);

  it("shows what was printed before it was opened, and what is printed from then on", async () => {
    await showLog();
    await waitFor(() => expect(lines()).toEqual(["INFO:     ready"]));
    await print("서버가 시작되었습니다");
    expect(lines()).toEqual(["INFO:     ready", "서버가 시작되었습니다"]);
  });

  it("draws the rows in sight alone", async () => {
    await showLog();
    await print(...numbered(5000));
    expect(lines().length).toBeLessThan(60);
    expect(lines().at(-1)).toBe("line 5000");
  });

  it("stands still at a scroll up, says how much came, and a button brings it back", async () => {
    const { user } = await showLog();
    await print(...numbered(200));
    fireEvent.wheel(log(), { deltaY: -400 });
    await scrollTo(log().scrollTop - 400);
    const before = lines();
    act(() => sidecar.emitLog(numbered(1204, "new"), "api"));
    await user.click(await screen.findByRole("button", { name: "Follow (1,204 new)" }));
    expect(before).not.toContain("line 200");
    expect(lines().at(-1)).toBe("new 1204");
    expect(screen.queryByRole("button", { name: /^Follow/ })).toBeNull();
    expect(document.activeElement).toBe(log());
  });

  it("keeps its lines in sight while the ring turns over", async () => {
    await showLog();
    await print(...numbered(200));
    fireEvent.wheel(log(), { deltaY: -400 });
    await scrollTo(log().scrollTop - 400);
    const before = lines();
    const top = log().scrollTop;
    act(() => sidecar.emitLog(numbered(30_000, "new"), "api"));
    await screen.findByRole("button", { name: "Follow (30,000 new)" });
    expect(log().scrollTop).toBe(top);
    expect(lines()).toEqual(before);
  });

  it("follows again with the End key, and when someone scrolls down to the end", async () => {
    await showLog();
    await print(...numbered(200));
    fireEvent.keyDown(log(), { key: "PageUp" });
    expect(button("Follow")).toBeTruthy();
    fireEvent.keyDown(log(), { key: "End" });
    expect(screen.queryByRole("button", { name: /^Follow/ })).toBeNull();
    fireEvent.keyDown(log(), { key: "Home" });
    await scrollTo(0);
    await scrollTo(log().scrollHeight);
    expect(screen.queryByRole("button", { name: /^Follow/ })).toBeNull();
  });

  it("marks what is searched for, counts the lines and goes from one to the next", async () => {
    const { user } = await showLog();
    await print("GET /a", "POST /b", "get /c");
    await user.type(search(), "get");
    expect([...log().querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["GET", "get"]);
    expect(found()).toBe("0 / 2");
    await user.keyboard("{Enter}");
    expect(found()).toBe("2 / 2");
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    expect(found()).toBe("1 / 2");
    expect(log().querySelector("mark[data-current]")?.textContent).toBe("GET");
    await user.keyboard("{Escape}");
    expect(log().querySelector("mark")).toBeNull();
    await user.keyboard("{Escape}");
    expect(document.activeElement).toBe(log());
  });

  it("shows only the matching lines when asked, and says so when there are none", async () => {
    const { user } = await showLog();
    await print("GET /a", "POST /b");
    await user.type(search(), "post");
    await user.click(button("Only matching lines"));
    expect(lines()).toEqual(["POST /b"]);
    await user.type(search(), "xyz");
    expect(await screen.findByText("No line matches")).toBeTruthy();
    await user.click(button("Show all lines"));
    expect(lines()).toEqual(["INFO:     ready", "GET /a", "POST /b"]);
  });

  it("says what is wrong with a regular expression and leaves the lines alone", async () => {
    const { user } = await showLog();
    await print("a (b)");
    await user.click(button("Regular expression"));
    await user.type(search(), "(");
    expect(screen.getByRole("alert").textContent).toBe("Not a regular expression: Unterminated group");
    expect(search().getAttribute("aria-invalid")).toBe("true");
    expect(lines()).toContain("a (b)");
  });

  it("does not take the Enter that ends a Korean syllable for one of its own", async () => {
    const { user } = await showLog();
    await print("서버");
    await user.type(search(), "서");
    fireEvent.keyDown(search(), { key: "Enter", isComposing: true });
    expect(found()).toBe("0 / 1");
  });

  it("goes to the search with Ctrl+F, but not from a field of the page around it", async () => {
    const { user } = await showLog();
    await user.keyboard("{Control>}f{/Control}");
    expect(document.activeElement).toBe(search());
    const other = document.body.appendChild(document.createElement("input"));
    other.focus();
    expect(fireEvent.keyDown(other, { key: "f", ctrlKey: true })).toBe(true);
    expect(document.activeElement).toBe(other);
    other.remove();
  });

  it("tells the stream by a word and not by red, and shows one stream alone", async () => {
    const { user } = await showLog();
    act(() => sidecar.emitLog([{ line: "to stderr", stream: "stderr" }, "to stdout"], "api"));
    await waitFor(() => expect(lines()).toContain("to stdout"));
    const row = screen.getByText("to stderr").parentElement as HTMLElement;
    expect(within(row).getByText("err")).toBeTruthy();
    expect(row.outerHTML).not.toContain("failed");
    await user.click(screen.getByRole("radio", { name: "err" }));
    expect(lines()).toEqual(["to stderr"]);
  });

  it("remembers how someone likes to read", async () => {
    const { user, unmount } = await showLog();
    await user.click(screen.getByRole("radio", { name: "out" }));
    await user.click(button("Wrap long lines"));
    await user.click(button("Show times"));
    unmount();
    await showLog();
    expect(screen.getByRole("radio", { name: "out" }).getAttribute("aria-checked")).toBe("true");
    expect(button("Wrap long lines").getAttribute("aria-pressed")).toBe("true");
    expect(button("Show times").getAttribute("aria-pressed")).toBe("false");
  });

  it("shows the time of a line, and in full under the pointer", async () => {
    await showLog();
    await print("now");
    const time = (screen.getByText("now").parentElement as HTMLElement).firstElementChild as HTMLElement;
    expect(time.textContent).toMatch(/^\d\d:\d\d:\d\d$/);
    fireEvent.pointerOver(time);
    expect(time.title).toMatch(/\d{4} at \d\d:\d\d:\d\d\.\d{3}$/);
  });

  it("cuts a very long line until more is asked for", async () => {
    const { user } = await showLog();
    act(() => sidecar.emitLog(["x".repeat(65_000)], "api"));
    await user.click(await screen.findByRole("button", { name: "… 62 KB more · show" }));
    expect(lines().at(-1)).toHaveLength(65_000);
  });
});

describe("taking lines out of the log viewer", () => {
  onFreshPages();
  beforeEach(layOutLogs);

  it("copies the lines shown, all of them and not only those drawn", async () => {
    const { user } = await showLog();
    await print(...numbered(300));
    await user.click(button("Copy"));
    expect((await navigator.clipboard.readText()).split("\n")).toEqual(["INFO:     ready", ...numbered(300)]);
    expect(await screen.findByText("301 lines copied")).toBeTruthy();
  });

  it("copies every line shown after Ctrl+A in the log", async () => {
    await showLog();
    await print(...numbered(300));
    log().focus();
    fireEvent.keyDown(log(), { key: "a", ctrlKey: true });
    const setData = vi.fn();
    fireEvent.copy(log(), { clipboardData: { setData } });
    expect(setData).toHaveBeenCalledWith("text/plain", ["INFO:     ready", ...numbered(300)].join("\n"));
  });

  it("copies what is selected within lines, without times and tags", async () => {
    const { user } = await showLog();
    await print("first line", "second line", "third line");
    const from = screen.getByText("first line").firstChild as Text;
    const to = screen.getByText("third line").firstChild as Text;
    act(() => {
      getSelection()?.setBaseAndExtent(from, 6, to, 5);
    });
    await waitFor(() => expect(button("Follow")).toBeTruthy());
    await user.click(button("Copy"));
    expect(await navigator.clipboard.readText()).toBe("line\nsecond line\nthird");
    getSelection()?.removeAllRanges();
  });

  it("clears what is held, here and in the sidecar, and says what would be here", async () => {
    const { user } = await showLog();
    await print("one");
    await user.click(button("Clear"));
    expect(await screen.findByText("Nothing printed yet")).toBeTruthy();
    expect(sidecar.calls.some(({ method }) => method === "clearLogs")).toBe(true);
    await print("two");
    expect(lines()).toEqual(["two"]);
  });

  it("shows lines lost on the way as a row, and loads them where they are", async () => {
    const { user } = await showLog();
    await print("before");
    act(() => sidecar.dropLog(numbered(3, "missed"), "api"));
    await print("after");
    expect(screen.getByText("3 lines not shown")).toBeTruthy();
    await user.click(button("load from buffer"));
    await waitFor(() => expect(lines().slice(-5)).toEqual(["before", ...numbered(3, "missed"), "after"]));
  });

  it("says of lines that nobody holds any more that they are gone", async () => {
    const { user } = await showLog();
    await print("before");
    act(() => sidecar.dropLog(numbered(3, "missed"), "api"));
    await print("after");
    await sidecar.clearLogs("api");
    await user.click(button("load from buffer"));
    expect(await screen.findByText("no longer in the buffer")).toBeTruthy();
  });

  it("says everything in Korean too", async () => {
    await showLog("ko");
    expect(await screen.findByRole("log", { name: "api 로그" })).toBeTruthy();
    expect(screen.getByRole("searchbox", { name: "로그 검색" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "내보내기" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "일시 정지" }));
    expect(screen.getByRole("button", { name: "따라가기" })).toBeTruthy();
  });
});
