import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useNow } from "../../../src/renderer/hooks/use-now.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function Clock({ since, every = 1000 }: { since: number; every?: number }) {
  return <p>{Math.floor((useNow(every) - since) / 1000)} s</p>;
}

const tick = (ms: number) => act(() => vi.advanceTimersByTime(ms));

function hide(hidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

describe("the clock", () => {
  it("ticks for everyone by one timer, which ends with the last of them", () => {
    const since = performance.now();
    const page = render(
      <>
        <Clock since={since} />
        <Clock since={since} />
      </>,
    );
    expect(vi.getTimerCount()).toBe(1);
    tick(3000);
    expect(screen.getAllByText("3 s")).toHaveLength(2);
    page.unmount();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is never before what has just begun", () => {
    const page = render(<Clock since={performance.now()} />);
    tick(1500);
    page.rerender(<Clock since={performance.now()} />);
    screen.getByText("0 s");
  });

  it("stands still while the page is hidden, and is right at once when it is seen again", () => {
    render(<Clock since={performance.now()} />);
    hide(true);
    expect(vi.getTimerCount()).toBe(0);
    tick(60_000);
    screen.getByText("0 s");
    hide(false);
    screen.getByText("60 s");
    tick(1000);
    screen.getByText("61 s");
  });

  it("has an interval for those who want another", () => {
    const since = performance.now();
    render(
      <>
        <Clock since={since} />
        <Clock since={since} every={5000} />
      </>,
    );
    tick(4000);
    expect([screen.getByText("4 s"), screen.getByText("0 s")]).toHaveLength(2);
    tick(1000);
    expect(screen.getAllByText("5 s")).toHaveLength(2);
  });
});
