/** From a click on Start until the panel shows that the server starts: at rest, and while another floods. */
import type { Page } from "@playwright/test";
import { openChromium, openPage } from "./chromium.js";
import { clickUntilShown, type Shown, untilState } from "./state-on-screen.js";
import { floodServer, startingServer, withWebSidecar } from "./web-sidecar.js";

const WARM_UP = 3;
const FLOOD_LINES_PER_SECOND = 100_000;
const TOML = startingServer("slow") + floodServer("flood", FLOOD_LINES_PER_SECOND);

/** One figure per click, at rest and during the flood. */
export function measure(rounds: string): Promise<{ idle: Shown[]; flood: Shown[] }> {
  return withWebSidecar(TOML, async (url) => {
    const browser = await openChromium();
    try {
      const [page] = await openPage(browser);
      await page.goto(url);
      await choose(page, "slow");
      await starts(page, WARM_UP);
      const idle = await starts(page, Number(rounds));
      await choose(page, "flood");
      await button(page, "Start").click();
      await untilState(page, "running");
      await choose(page, "slow");
      await starts(page, WARM_UP);
      return { idle, flood: await starts(page, Number(rounds)) };
    } finally {
      await browser.close();
    }
  });
}

async function starts(page: Page, rounds: number): Promise<Shown[]> {
  const times: Shown[] = [];
  for (let round = 0; round < rounds; round++) {
    await untilState(page, "stopped");
    times.push(await clickUntilShown(button(page, "Start"), "starting"));
    await button(page, "Cancel").click();
  }
  await untilState(page, "stopped");
  return times;
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("option", { name }).click();
  await page.getByRole("article", { name }).waitFor();
}

function button(page: Page, name: string) {
  return page.locator("article header").getByRole("button", { name, exact: true });
}
