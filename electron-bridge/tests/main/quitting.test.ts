/** What happens when the app quits. */
import { once } from "node:events";
import { expect, test } from "vitest";
import { holdQuit } from "../../src/main/quitting.js";
import { lives, makeBridge, record, SAMPLE, WAITING } from "../support/bridges.js";
import { AppDouble } from "../support/electron-objects.js";

test("the app waits until the servers have stopped, and then quits once", async () => {
  const app = new AppDouble();
  const bridge = await makeBridge({ servers: { api: SAMPLE }, app });
  const { serverInfo } = await bridge.launch();
  await bridge.request("start");
  const statuses = record(bridge, "python-server-status");
  const quit = once(app, "quit");
  app.quit();
  app.quit(); // the impatient second time
  expect(app.quits).toBe(0);
  await quit;
  expect(app.quits).toBe(1);
  expect(statuses.map(({ status }) => status)).toEqual(["stopping", "stopped"]);
  expect(lives(serverInfo.pid)).toBe(false);
});

test("an app without a running sidecar quits at once", async () => {
  const app = new AppDouble();
  const bridge = await makeBridge({ servers: {}, app });
  app.quit();
  expect(app.quits).toBe(1);
  expect(bridge.sidecarStatus()).toEqual({ status: "stopped" });
});

test("an app that quits during the launch waits for no sidecar and leaves none", async () => {
  const app = new AppDouble();
  const bridge = await makeBridge({ servers: { worker: WAITING }, app });
  const cancelled = expect(bridge.launch()).rejects.toThrow("cancelled");
  const quit = once(app, "quit");
  app.quit();
  await Promise.all([quit, cancelled]);
  expect(bridge.sidecarStatus()).toEqual({ status: "stopped" });
});

test("an app that did not quit after all can launch again, and waits again", async () => {
  const app = new AppDouble();
  const bridge = await makeBridge({ servers: { worker: { ...WAITING, autostart: true } }, app });
  await bridge.launch();
  const first = once(app, "quit");
  app.quit();
  await first;
  const { serverInfo } = await bridge.launch();
  const second = once(app, "quit");
  app.quit();
  expect(lives(serverInfo.pid)).toBe(true);
  await second;
  expect(app.quits).toBe(2);
});

test("an app waits no longer than the limit for servers that do not stop", async () => {
  const app = new AppDouble();
  let stops = 0;
  const stop = () => {
    stops += 1;
    return new Promise<void>(() => {});
  };
  holdQuit(app, { isUp: () => true, stop, limitMs: 20 });
  const quit = once(app, "quit");
  app.quit();
  app.quit();
  await quit;
  expect(stops).toBe(1);
  expect(app.quits).toBe(1);
});

test("a stop that fails does not keep the app from quitting", async () => {
  const app = new AppDouble();
  const stop = async () => {
    throw new Error("no");
  };
  holdQuit(app, { isUp: () => true, stop, limitMs: 1000 });
  const quit = once(app, "quit");
  app.quit();
  await quit;
  expect(app.quits).toBe(1);
});

test("an app that asks again later is not held up twice by what did not stop within the limit", async () => {
  const app = new AppDouble();
  const quitNow = app.quit.bind(app);
  app.quit = () => void setImmediate(quitNow);
  holdQuit(app, { isUp: () => true, stop: () => new Promise<void>(() => {}), limitMs: 20 });
  const quit = once(app, "quit");
  app.quit();
  await quit;
  expect(app.asked).toBe(2);
});

test("a bridge closes in an app that cannot be unsubscribed from, and holds it up no more", async () => {
  let onBeforeQuit = (_event: { preventDefault(): void }) => {};
  const app = {
    on(_event: "before-quit", listener: typeof onBeforeQuit) {
      onBeforeQuit = listener;
    },
    quit() {},
  };
  const bridge = await makeBridge({ servers: {}, app });
  const { serverInfo } = await bridge.launch();
  await bridge.close();
  expect(lives(serverInfo.pid)).toBe(false);
  let prevented = false;
  onBeforeQuit({ preventDefault: () => (prevented = true) });
  expect(prevented).toBe(false);
});
