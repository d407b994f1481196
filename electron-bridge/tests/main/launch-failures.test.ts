/** What a developer reads when the sidecar cannot be launched. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { FAST_RESTARTS, makeBridge, record, sidecarHere } from "../support/bridges.js";

test("a missing program is told by name, with what to do", async () => {
  const bridge = await makeBridge({ servers: {}, sidecar: { command: "no-such-python", args: [] } });
  const statuses = record(bridge, "python-sidecar-status");
  const launch = bridge.launch();
  await expect(launch).rejects.toMatchObject({ code: -32000 });
  await expect(launch).rejects.toThrow(/no program no-such-python.*sidecar\.command/);
  expect(statuses.map(({ status }) => status)).toEqual(["starting", "failed"]);
  expect(statuses[1]?.message).toContain("no-such-python");
});

test("a missing folder is not told as a missing program", async () => {
  const sidecar = { ...(await sidecarHere()), cwd: "/no/such/folder" };
  const bridge = await makeBridge({ servers: {}, sidecar });
  await expect(bridge.launch()).rejects.toThrow("there is no folder /no/such/folder");
});

test("what cannot be executed is told as such", async () => {
  const bridge = await makeBridge({ servers: {}, sidecar: { command: tmpdir(), args: [] } });
  await expect(bridge.launch()).rejects.toThrow(`${tmpdir()} may not be executed`);
});

test("an interpreter without the sidecar is told with the command that installs it", async () => {
  const { command } = await sidecarHere();
  const sidecar = { command, args: ["-I", "-c", "raise ModuleNotFoundError(\"No module named 'sidecar'\")"] };
  const bridge = await makeBridge({ servers: {}, sidecar });
  await expect(bridge.launch()).rejects.toThrow(/No module named 'sidecar'.*pip install/s);
});

test("a program that speaks no protocol is ended and told as such", async () => {
  const { command } = await sidecarHere();
  const program = "import time; print('Hello!\\r\\n\\r\\n', flush=True); time.sleep(600)";
  const bridge = await makeBridge({ servers: {}, sidecar: { command, args: ["-c", program] } });
  await expect(bridge.launch()).rejects.toThrow("could not be understood");
});

test("a program that writes something else and ends is told by what it wrote, with what to check", async () => {
  const { command } = await sidecarHere();
  const sidecar = { command, args: ["-c", "print('Python is here')"] };
  const bridge = await makeBridge({ servers: {}, sidecar });
  await expect(bridge.launch()).rejects.toThrow(/exit code 0.*"Python is here".*sidecar\.command/s);
});

test("an invalid server is told with its field, and nothing is left running", async () => {
  const bridge = await makeBridge({ servers: { api: { port: 99_999_999 } }, restart: FAST_RESTARTS });
  const launch = bridge.launch();
  await expect(launch).rejects.toMatchObject({ code: -32602, data: { field: "servers.api.port" } });
  expect(bridge.sidecarStatus().status).toBe("failed");
  await expect(bridge.request("list_servers")).rejects.toThrow("servers.api.port");
});
