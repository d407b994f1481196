/** A server that prints far more than anybody reads: the panel stays usable, and counts what it leaves out. */
import type { Page } from "@playwright/test";
import { FLOODS } from "../fixtures/apps.js";
import { expect, test } from "../fixtures/web-panel.js";

const LINES = 300_000;

test.use({
  toml: `[servers.api]\napp = "floods:app"\nport = 0\nenv = { LINES = "${LINES}" }\n`,
  files: { "floods.py": FLOODS },
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Starts the server and lets it flood; what makes it flood once more. */
async function flood(page: Page): Promise<() => Promise<unknown>> {
  await button(page, "Start").click();
  const link = page.getByRole("link", { name: /http:\/\/127\.0\.0\.1:\d+/ });
  const url = await link.getAttribute("href");
  await expect(page.getByText("Application startup complete")).toBeVisible();
  const again = () => fetch(new URL("/flood", url ?? ""));
  await again();
  return again;
}

/** The line at the upper edge of what is seen of the log. */
function topLine(page: Page): Promise<string | null | undefined> {
  return page.getByRole("log").evaluate((log) => {
    const { left, right, top } = log.getBoundingClientRect();
    return document.elementFromPoint((left + right) / 2, top + 30)?.textContent;
  });
}

test("the log follows to the last line of a flood", async ({ panel }) => {
  await flood(panel);
  await expect(panel.getByText("the flood is over")).toBeVisible();
  await expect(panel.getByText(`line ${LINES - 1} of a flood`)).toBeVisible();
});

test("a reader who scrolled up stays where he is, until he follows again", async ({ panel }) => {
  const again = await flood(panel);
  await expect(panel.getByText(/of a flood/).first()).toBeVisible();
  await panel.getByRole("log").hover();
  await panel.mouse.wheel(0, -2_000);
  const follow = panel.getByRole("button", { name: /^Follow/ });
  await expect(follow).toBeVisible();
  const read = await topLine(panel);
  expect(read).toContain("of a flood");
  await again();
  await expect(follow).toHaveText(/\d+ new/);
  expect(await topLine(panel)).toBe(read);
  await follow.click();
  await expect(panel.getByText("the flood is over").last()).toBeVisible();
});

test("Stop is answered in the middle of a flood", async ({ panel }) => {
  await flood(panel);
  await button(panel, "Stop").click();
  await panel.getByRole("alertdialog").getByRole("button", { name: "Stop", exact: true }).click();
  await expect(
    panel
      .getByRole("article")
      .getByRole("status")
      .filter({ hasText: /^api: / }),
  ).toHaveText(/Stopped/);
});
