import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { WordsProvider } from "../../../../src/renderer/panel/i18n/index.js";
import {
  StateBadge,
  type StateBadgeProps,
  StateDot,
} from "../../../../src/renderer/panel/server/state-badge.js";
import { onFreshPages } from "../shell/show-panel.js";

const STATUSES = ["starting", "running", "stopping", "stopped", "error"] as const;

const badge = (props: StateBadgeProps, language: "en" | "ko" = "en") =>
  render(
    <WordsProvider language={language}>
      <StateBadge {...props} />
    </WordsProvider>,
  );

/** What is drawn, without its colour. */
function shapeOf(props: StateBadgeProps): string {
  const { container, unmount } = render(<StateDot {...props} />);
  const shape = container.querySelector("svg")?.innerHTML ?? "";
  unmount();
  return shape;
}

describe("the state of a server", () => {
  onFreshPages();

  it("is told by a shape of its own, not by a colour alone", () => {
    const shapes = STATUSES.map((status) => shapeOf({ status }));
    shapes.push(shapeOf({ status: "running", unreachable: true }));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it.each([
    ["starting", "Starting", "시작 중"],
    ["running", "Running", "실행 중"],
    ["stopping", "Stopping", "중지 중"],
    ["stopped", "Stopped", "중지됨"],
    ["error", "Error", "오류"],
  ] as const)("is told by a word: %s", (status, english, korean) => {
    badge({ status });
    expect(screen.getByText(english)).toBeTruthy();
    badge({ status }, "ko");
    expect(screen.getByText(korean)).toBeTruthy();
  });

  it("is not claimed of a server that nobody can ask", () => {
    badge({ status: "running", unreachable: true });
    expect(screen.getByText("Unreachable")).toBeTruthy();
    expect(screen.queryByText("Running")).toBeNull();
  });

  it("comes with the time it has taken only while it changes", () => {
    const since = performance.now() - 4000;
    const { container } = badge({ status: "starting", since });
    expect(container.textContent).toMatch(/^Starting[45]s$/);
    expect(badge({ status: "running", since }).container.textContent).toBe("Running");
  });
});
