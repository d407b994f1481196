import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Sparkline, sparklinePaths } from "../../../../src/renderer/panel/metrics/sparkline.js";

describe("the sparkline", () => {
  afterEach(cleanup);
  const size = { width: 30, height: 13, atLeast: 10, capacity: 4 };

  it("tells its newest value to those who do not see it", () => {
    render(<Sparkline label="CPU" values={[1, 2, 12.4]} format={(value) => `${value} %`} />);
    expect(screen.getByRole("img", { name: "CPU 12.4 %" })).toBeTruthy();
  });

  it("keeps its place before the first value", () => {
    render(<Sparkline label="CPU" values={[]} format={String} width={40} />);
    expect(screen.getByRole("img", { name: "CPU –" }).getAttribute("width")).toBe("40");
  });

  it("draws the newest value at the right edge and the highest at the top", () => {
    expect(sparklinePaths([0, 10, 5, 20], size).line).toBe("M0,11.5L10,6.5L20,9L30,1.5");
  });

  it("begins further to the right while there are few values, and lets old ones go", () => {
    expect(sparklinePaths([20, 20], size).line).toBe("M20,1.5L30,1.5");
    expect(sparklinePaths([99, 0, 0, 0, 0], size).line).toBe("M0,11.5L10,11.5L20,11.5L30,11.5");
  });

  it("does not make a mountain of next to nothing", () => {
    expect(sparklinePaths([0.1, 0.2, 0.1, 0], size).line).toBe("M0,11.4L10,11.3L20,11.4L30,11.5");
  });

  it("draws nothing until there are two values to draw a line between", () => {
    expect(sparklinePaths([], size)).toEqual({ line: "", area: "" });
    expect(sparklinePaths([20], size)).toEqual({ line: "", area: "" });
  });
});
