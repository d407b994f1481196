/** The panel as a person meets it, on `sidecar web` with real servers. */

import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { IGNORES_TERM, LACKS_A_MODULE, NEVER_READY, SPEAKS_IN_COLOURS } from "../fixtures/apps.js";
import { PYTHON } from "../fixtures/python.js";
import { expect, test } from "../fixtures/web-panel.js";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const commands = (page: Page) => page.getByRole("group", { name: /Commands of/ });
const dialog = (page: Page) => page.getByRole("alertdialog");
/** What is told of the state to those who hear the page: `api: Running`. */
const state = (page: Page) =>
  page
    .getByRole("article")
    .getByRole("status")
    .filter({ hasText: /^\S+: / });

test("a person starts, restarts and stops a server by mouse", async ({ panel }) => {
  await expect(state(panel)).toHaveText(/Stopped/);
  await commands(panel).getByRole("button", { name: "Start", exact: true }).click();
  await expect(state(panel)).toHaveText(/Running/);
  await expect(panel.getByRole("link", { name: /http:\/\/127\.0\.0\.1:\d+/ })).toBeVisible();
  await button(panel, "Restart").click();
  await dialog(panel).getByRole("button", { name: "Restart" }).click();
  await expect(panel.getByText("Started server process")).toHaveCount(2);
  await expect(state(panel)).toHaveText(/Running/);
  await button(panel, "Stop").click();
  await dialog(panel).getByRole("button", { name: "Stop", exact: true }).click();
  await expect(state(panel)).toHaveText(/Stopped/);
});

test("the same by keyboard alone, and focus returns to the button", async ({ panel }) => {
  const focus = async (name: string) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await button(panel, name).evaluate((element) => element === document.activeElement)) return;
      await panel.keyboard.press("Tab");
    }
    throw new Error(`the Tab key never reaches ${name}`);
  };
  await expect(state(panel)).toHaveText(/Stopped/);
  await focus("Start");
  await panel.keyboard.press("Enter");
  await expect(state(panel)).toHaveText(/Running/);
  await focus("Stop");
  await panel.keyboard.press("Enter");
  await expect(dialog(panel)).toBeVisible();
  await panel.keyboard.press("Escape");
  await expect(dialog(panel)).toBeHidden();
  await expect(button(panel, "Stop")).toBeFocused();
  await expect(state(panel)).toHaveText(/Running/);
});

test("“Don’t ask again” is remembered", async ({ panel }) => {
  await button(panel, "Start").click();
  await expect(state(panel)).toHaveText(/Running/);
  await button(panel, "Stop").click();
  await dialog(panel).getByRole("checkbox").click();
  await dialog(panel).getByRole("button", { name: "Stop", exact: true }).click();
  await expect(state(panel)).toHaveText(/Stopped/);
  await button(panel, "Start").click();
  await expect(state(panel)).toHaveText(/Running/);
  await panel.reload();
  await expect(state(panel)).toHaveText(/Running/);
  await button(panel, "Stop").click();
  await expect(state(panel)).toHaveText(/Stopped/);
});

test("with a single server there is no list", async ({ panel }) => {
  await expect(panel.getByRole("article", { name: "api" })).toBeVisible();
  await expect(panel.getByRole("listbox")).toHaveCount(0);
});

test.describe("without a server", () => {
  test.use({ toml: "" });
  test("the panel teaches how to add one", async ({ panel }) => {
    await expect(panel.getByText("[servers.")).toBeVisible();
  });
});

test.describe("a server whose port is taken", () => {
  test("is started on another port by a click, and the card goes", async ({ web, panel }) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    await panel.getByRole("tab", { name: "Settings" }).click();
    await panel.getByLabel("Port", { exact: true }).fill(String(port));
    await button(panel, "Save").click();
    await expect(panel.getByText(/Saved/)).toBeVisible();
    await button(panel, "Start").click();
    const card = panel.getByRole("region", { name: "The port is taken" });
    await expect(card).toContainText(String(port));
    await card.getByRole("button", { name: /Use port \d+/ }).click();
    await expect(state(panel)).toHaveText(/Running/);
    await expect(card).toBeHidden();
    holder.close();
    expect(web.program.ended).toBe(false);
  });
});

test.describe("a server that lacks a module", () => {
  test.use({
    toml: '[servers.api]\napp = "lacking:app"\nport = 0\n',
    files: { "lacking.py": LACKS_A_MODULE },
  });
  test("says which, and runs after it was mended and retried", async ({ web, panel }) => {
    await button(panel, "Start").click();
    const card = panel.getByRole("region", { name: "It ended by itself" });
    await expect(card).toContainText("a_module_that_nobody_has");
    await writeFile(join(web.folder, "module_is_there"), "");
    await card.getByRole("button", { name: "Retry" }).click();
    await expect(state(panel)).toHaveText(/Running/);
    await expect(card).toBeHidden();
  });
});

test.describe("a server that never becomes ready", () => {
  test.use({
    toml: `[servers.api]\ncommand = ["${PYTHON}", "never.py", "{port}"]\nport = 0\nready.timeout = 60\n`,
    files: { "never.py": NEVER_READY },
  });
  test("shows what is being waited for and since when, and can be cancelled", async ({ panel }) => {
    await button(panel, "Start").click();
    await expect(panel.getByText(/Waiting until it/)).toBeVisible();
    await expect(panel.getByText("warming up")).toBeVisible();
    await button(panel, "Cancel").click();
    await expect(state(panel)).toHaveText(/Stopped/);
    await expect(panel.getByRole("alert").filter({ hasText: "cancelled" })).toHaveCount(0);
  });
});

test.describe("a server that does not end when it is asked to", () => {
  test.use({
    toml: `[servers.api]\ncommand = ["${PYTHON}", "stubborn.py", "{port}"]\nport = 0\nstop.timeout = 60\n`,
    files: { "stubborn.py": IGNORES_TERM },
  });
  test("is forced by the button that takes the place of Stop", async ({ panel }) => {
    await button(panel, "Start").click();
    await expect(state(panel)).toHaveText(/Running/);
    await button(panel, "Stop").click();
    await dialog(panel).getByRole("button", { name: "Stop", exact: true }).click();
    await expect(state(panel)).toHaveText(/Stopping/);
    await button(panel, "Force stop").click();
    await expect(state(panel)).toHaveText(/Stopped/);
  });
});

test.describe("a server that prints colours, Korean and broken bytes", () => {
  test.use({
    toml: '[servers.api]\napp = "colours:app"\nport = 0\n',
    files: { "colours.py": SPEAKS_IN_COLOURS },
  });
  test("is shown as a terminal would, with broken bytes replaced", async ({ panel }) => {
    await button(panel, "Start").click();
    const log = panel.getByRole("log");
    await expect(log).toContainText("초록 그리고 빨강");
    await expect(log).toContainText("broken �� bytes");
    await expect(log).not.toContainText("[32m");
  });
});

test.describe("in Korean", () => {
  test.use({ language: "ko-KR" });
  test("the panel says everything in Korean", async ({ panel }) => {
    await button(panel, "시작").click();
    await expect(state(panel)).toHaveText(/실행 중/);
    await button(panel, "중지").click();
    await dialog(panel).getByRole("button", { name: "취소" }).click();
    for (const name of ["로그", "지표", "설정"]) await expect(panel.getByRole("tab", { name })).toBeVisible();
    await expect(panel.getByText("가동 시간")).toBeVisible();
  });
});

test("two windows see the same, whoever acts", async ({ chromiumBrowser, panel, web }) => {
  const context = await chromiumBrowser.newContext({
    locale: "en-US",
    storageState: await panel.context().storageState(),
  });
  const other = await context.newPage();
  await other.goto(new URL("/", web.url).href);
  await expect(state(other)).toHaveText(/Stopped/);
  await button(panel, "Start").click();
  await expect(state(other)).toHaveText(/Running/);
  await expect(other.getByText("Application startup complete")).toBeVisible();
  await context.close();
});

test("a page without the session is told what to do", async ({ chromiumBrowser, web }) => {
  const page = await chromiumBrowser.newPage();
  const answer = await page.goto(new URL("/", web.url).href);
  expect(answer?.status()).toBe(403);
  await expect(page.locator("body")).toContainText("sidecar web");
  await page.close();
});

test("a sidecar that ends is told, and nothing can be started meanwhile", async ({ panel, web }) => {
  await expect(state(panel)).toHaveText(/Stopped/);
  await web.program.end();
  await expect(panel.getByText(/Sidecar: (restarting|failed|reconnecting)/i)).toBeVisible();
  await expect(button(panel, "Start")).toHaveAttribute("aria-disabled", "true");
});

for (const [width, height] of [
  [480, 640],
  [640, 480],
  [1400, 900],
] as const) {
  test(`nothing is cut off at ${width} × ${height}`, async ({ panel }) => {
    await panel.setViewportSize({ width, height });
    await button(panel, "Start").click();
    await expect(state(panel)).toHaveText(/Running/);
    const overflow = await panel.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    for (const name of ["Restart", "Stop"]) await expect(button(panel, name)).toBeInViewport({ ratio: 1 });
  });
}
