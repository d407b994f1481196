/** The demo app as its user meets it: main, preload, page, sidecar and server, all of them real. */
import type { Page } from "@playwright/test";
import type { PythonServerApi } from "../../../src/shared/api.js";
import { type DemoApp, expect, test } from "../fixtures/demo-app.js";

/** The page as the preload leaves it. */
type Exposed = Window & { pythonServer: PythonServerApi };

const LIFE_LIMIT_MS = 10_000;

const isRunning = (page: Page) => expect(badge(page)).toHaveText(/Running/);
/** What is told of the state to those who hear the page: `api: Running`. */
const badge = (page: Page) =>
  page
    .getByRole("article")
    .getByRole("status")
    .filter({ hasText: /^\S+: / });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const statusOf = (page: Page) => page.evaluate(() => (window as Exposed).pythonServer.getStatus());

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function serverPid(page: Page): Promise<number> {
  await isRunning(page);
  await expect.poll(async () => (await statusOf(page)).status, { timeout: LIFE_LIMIT_MS }).toBe("running");
  const { pid } = await statusOf(page);
  if (pid === undefined) throw new Error("a running server has a pid");
  return pid;
}

async function sidecarPid(page: Page): Promise<number> {
  const { pid } = await page.evaluate(() => (window as Exposed).pythonServer.getSidecarStatus());
  if (pid === undefined) throw new Error("a running sidecar has a pid");
  return pid;
}

async function gone(...pids: number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { timeout: LIFE_LIMIT_MS }).toEqual([]);
}

test("the server starts with the app, and the panel says where it is", async ({ demoApp: { page } }) => {
  await isRunning(page);
  const { pid, url } = await statusOf(page);
  await expect(page.getByText(String(pid), { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: url ?? "no url" })).toBeVisible();
});

test("Stop asks first, Cancel changes nothing, and focus returns to the button", async ({
  demoApp: { page },
}) => {
  await isRunning(page);
  await button(page, "Stop").click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(button(page, "Stop")).toBeFocused();
  await isRunning(page);
  await button(page, "Stop").click();
  await dialog.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(badge(page)).toHaveText(/Stopped/);
  await button(page, "Start").click();
  await isRunning(page);
});

test("Restart gives the server another process on the same port", async ({ demoApp: { page } }) => {
  const before = await serverPid(page);
  const { port } = await statusOf(page);
  await button(page, "Restart").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Restart" }).click();
  await expect.poll(async () => (await statusOf(page)).pid, { timeout: LIFE_LIMIT_MS }).not.toBe(before);
  await isRunning(page);
  expect((await statusOf(page)).port).toBe(port);
  await gone(before);
});

test("what the server prints is on the page, each line once, after a reload too", async ({
  demoApp: { page },
}) => {
  await isRunning(page);
  await page.reload();
  await isRunning(page);
  const seqs = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const seen: number[] = [];
        const off = (window as Exposed).pythonServer.onLog((_line, meta) => {
          seen.push(meta.seq);
          if (seen.length === 3) {
            off();
            resolve(seen);
          }
        });
      }),
  );
  expect(seqs).toEqual([seqs[0], (seqs[0] ?? 0) + 1, (seqs[0] ?? 0) + 2]);
  const log = page.getByRole("log");
  await expect(log).toContainText("서버를 시작합니다");
  await expect(log.getByText("서버를 시작합니다")).toHaveCount(1);
});

test("a server that is killed is started again, and the panel tells", async ({ demoApp: { page } }) => {
  const before = await serverPid(page);
  process.kill(before, "SIGKILL");
  await expect.poll(async () => (await statusOf(page)).restarts, { timeout: LIFE_LIMIT_MS }).toBe(1);
  expect(await serverPid(page)).not.toBe(before);
});

test("a sidecar that is killed is launched again, and its server runs again", async ({
  demoApp: { page },
}) => {
  const server = await serverPid(page);
  const sidecar = await sidecarPid(page);
  process.kill(sidecar, "SIGKILL");
  await gone(server);
  await expect
    .poll(async () => (await page.evaluate(() => (window as Exposed).pythonServer.getSidecarStatus())).pid)
    .not.toBe(sidecar);
  expect(await serverPid(page)).not.toBe(server);
});

async function pidsOf({ page, pid }: DemoApp): Promise<number[]> {
  return [pid, await sidecarPid(page), await serverPid(page)];
}

test("quitting the app stops the server and the sidecar first", async ({ demoApp }) => {
  const pids = await pidsOf(demoApp);
  await demoApp.quit();
  await gone(...pids);
});

test("an app that is killed leaves nothing behind", async ({ demoApp }) => {
  const pids = await pidsOf(demoApp);
  process.kill(demoApp.pid, "SIGKILL");
  await gone(...pids);
});

test("the page has the named methods and nothing more of Node or Electron", async ({ demoApp: { page } }) => {
  const found = await page.evaluate(() => ({
    frozen: Object.isFrozen((window as Exposed).pythonServer),
    reach: ["require", "process", "module", "ipcRenderer", "electron"].filter((name) => name in window),
    methods: Object.values((window as Exposed).pythonServer).every((value) => typeof value === "function"),
  }));
  expect(found).toEqual({ frozen: true, reach: [], methods: true });
});

test("a command, a path or an environment variable from the page is refused", async ({
  demoApp: { page },
}) => {
  const refusals = await page.evaluate(async () => {
    const tries = [{ command: ["sh"] }, { cwd: "/" }, { env: { PATH: "/" } }, { python: "sh" }];
    const update = (window as Exposed).pythonServer.updateServer as (change: object) => Promise<unknown>;
    const results = await Promise.allSettled(tries.map((changes) => update({ changes })));
    return results.map((result) => result.status);
  });
  expect(refusals).toEqual(["rejected", "rejected", "rejected", "rejected"]);
});
