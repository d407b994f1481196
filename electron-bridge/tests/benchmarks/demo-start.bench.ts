/** From the command that opens the demo until a browser, opened for it, shows its servers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../e2e/fixtures/processes.js";
import { PROJECT } from "../e2e/fixtures/python.js";
import { openChromium, openPage } from "./chromium.js";

/** Milliseconds from the command. */
interface Start {
  /** The address was printed. */
  address: number;
  /** A Chromium, launched then, was there. */
  browser: number;
  /** The panel showed a server. */
  panel: number;
  /** The panel showed that a server runs. */
  running: number;
}

/** One figure for each run. */
export async function measure(rounds: string, command: string, ...args: string[]): Promise<Start[]> {
  const state = await mkdtemp(join(tmpdir(), "bench-demo-"));
  const env: NodeJS.ProcessEnv = { ...process.env, XDG_STATE_HOME: state };
  // Or the demo would open a browser by itself.
  delete env["DISPLAY"];
  delete env["WAYLAND_DISPLAY"];
  const starts: Start[] = [];
  for (let round = 0; round < Number(rounds); round++) starts.push(await start());
  await rm(state, { recursive: true, force: true });
  return starts;

  async function start(): Promise<Start> {
    const begin = performance.now();
    const program = new Program(command, args, { cwd: PROJECT, env });
    try {
      const [url] = await program.says(/http:\/\/\S+token=\S+/);
      const address = performance.now() - begin;
      const chromium = await openChromium();
      try {
        const browser = performance.now() - begin;
        const [page] = await openPage(chromium);
        await page.goto(url);
        await page.locator("article header svg[data-state]").waitFor();
        const panel = performance.now() - begin;
        await page.locator("svg[data-state=running]").first().waitFor();
        return { address, browser, panel, running: performance.now() - begin };
      } finally {
        await chromium.close();
      }
    } finally {
      await program.end();
    }
  }
}
