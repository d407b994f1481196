/** What axe finds in each view of the panel, in both themes: nothing serious. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { LACKS_A_MODULE } from "../fixtures/apps.js";
import { expect, QUIET_SERVER, test } from "../fixtures/web-panel.js";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function expectNothingSerious(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator(".python-server-panel").first()).toHaveAttribute("data-theme", colorScheme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const told = serious.map(
      ({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html).join("\n")}`,
    );
    expect(told).toEqual([]);
  }
}

test.use({
  toml: `${QUIET_SERVER}\n[servers.lacking]\napp = "lacking:app"\nport = 0\n`,
  files: { "lacking.py": LACKS_A_MODULE },
});

test("axe finds nothing serious while a server is stopped, running and being asked about", async ({
  panel,
}) => {
  await expect(button(panel, "Start")).toBeVisible();
  await expectNothingSerious(panel);
  await button(panel, "Start").click();
  await expect(panel.getByText("Application startup complete")).toBeVisible();
  await expectNothingSerious(panel);
  await button(panel, "Stop").click();
  await expect(panel.getByRole("alertdialog")).toBeVisible();
  await expectNothingSerious(panel);
});

test("nor in a failure", async ({ panel }) => {
  await panel.getByRole("option", { name: /lacking/ }).click();
  await button(panel, "Start").click();
  await expect(panel.getByRole("region", { name: "It ended by itself" })).toBeVisible();
  await expectNothingSerious(panel);
});

for (const tab of ["Metrics", "Settings", "API"]) {
  test(`nor in the tab ${tab} of a running server`, async ({ panel }) => {
    await button(panel, "Start").click();
    await expect(panel.getByText("Application startup complete")).toBeVisible();
    await panel.getByRole("tab", { name: tab }).click();
    await expect(panel.getByRole("tabpanel")).not.toBeEmpty();
    await expectNothingSerious(panel);
  });
}
