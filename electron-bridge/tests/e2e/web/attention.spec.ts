/** Trouble in a server that nobody looks at: it is seen, it covers nothing, and it leads there. */
import type { Page } from "@playwright/test";
import { ENDS_BY_ITSELF } from "../fixtures/apps.js";
import { expect, QUIET_SERVER, test } from "../fixtures/web-panel.js";

test.use({
  toml: `${QUIET_SERVER}
[servers.dying]
app = "dying:app"
port = 0
restart = { policy = "on-failure", max = 1, window = 60, backoff = [0.1, 1.0, 1.0] }
`,
  files: { "dying.py": ENDS_BY_ITSELF },
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const row = (page: Page, name: RegExp) => page.getByRole("option", { name });
const toast = (page: Page) => page.getByRole("region", { name: /^Alerts/ }).getByRole("listitem");

/** Starts the server that dies, and looks at the other one. */
async function lookAway(page: Page): Promise<void> {
  await row(page, /^dying/).click();
  await button(page, "Start").click();
  await row(page, /^api/).click();
}

test("the list, the title of the page and an alert tell that it was given up", async ({ panel }) => {
  await lookAway(panel);
  await expect(row(panel, /^dying.*Error · It keeps failing/)).toBeVisible();
  await expect(panel).toHaveTitle("✖ dying – Error");
  await expect(toast(panel)).toContainText("dying · Not restarted any more");
});

test("the alert leads to the server, and goes when that is started again", async ({ panel }) => {
  await lookAway(panel);
  await toast(panel).getByRole("button", { name: "Show dying" }).click();
  const detail = panel.getByRole("article", { name: "dying" });
  await expect(detail.getByRole("region", { name: "It keeps failing" })).toBeVisible();
  await button(panel, "Start").click();
  await expect(panel.getByText("Not restarted any more")).toHaveCount(0);
});

for (const [width, height] of [
  [1100, 720],
  [640, 480],
] as const) {
  test(`at ${width} × ${height} the alert does not stand in the way of a form's buttons`, async ({
    panel,
  }) => {
    await panel.setViewportSize({ width, height });
    await lookAway(panel);
    await panel.getByRole("tab", { name: "Settings" }).click();
    await panel.getByLabel("Port", { exact: true }).fill("0");
    await expect(toast(panel)).toBeVisible();
    await panel.getByLabel("Host", { exact: true }).fill("localhost");
    await button(panel, "Save").click();
    await expect(panel.getByText(/^Saved/)).toBeVisible();
    await expect(toast(panel)).toBeVisible();
  });
}

test("what is shown while the sidecar is away is told to be from before", async ({ panel, web }) => {
  await button(panel, "Start").click();
  await expect(row(panel, /^api.*Running/)).toBeVisible();
  await web.program.end();
  await expect(row(panel, /^api.*Last known: /)).toBeVisible();
  const detail = panel.getByRole("article", { name: "api" });
  await expect(detail.getByText("Unreachable", { exact: true })).toBeVisible();
  await expect(detail.getByRole("link")).toHaveCount(0);
  await expect(panel).toHaveTitle("⊘ Python servers – Unreachable");
});
