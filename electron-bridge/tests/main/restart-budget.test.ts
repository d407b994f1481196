/** How often and how fast a sidecar is restarted. */
import { expect, test } from "vitest";
import { DEFAULT_RESTARTS, RestartBudget } from "../../src/main/restart-budget.js";

test("five restarts in three minutes, each later than the one before, and no more", () => {
  const budget = new RestartBudget(DEFAULT_RESTARTS);
  const delays = [0, 1, 2, 3, 4].map((now) => budget.next(now));
  expect(delays).toEqual([0.5, 1, 2, 4, 8]);
  expect(budget.next(179)).toBeUndefined();
});

test("what is longer ago than the window does not count", () => {
  const budget = new RestartBudget(DEFAULT_RESTARTS);
  for (let now = 0; now < 5; now += 1) budget.next(now);
  expect(budget.next(180.5)).toBe(8);
  expect(budget.next(1000)).toBe(0.5);
  expect(budget.spent).toBe(1);
});

test("no delay is longer than the longest", () => {
  const budget = new RestartBudget({ max: 10, window: 1000, backoff: [0.5, 10, 30] });
  expect([1, 2, 3, 4].map((now) => budget.next(now))).toEqual([0.5, 5, 30, 30]);
});
