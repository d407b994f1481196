/** Bridges over the real sidecar, each with a state folder of its own; all are closed after each test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import {
  createPythonServerBridge,
  type NotificationChannel,
  type NotificationPayloads,
  type PythonServerBridge,
  type PythonServerBridgeOptions,
  type ServerSpec,
} from "../../src/main/index.js";
import { PROJECT, PYTHON } from "../e2e/fixtures/python.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** uvicorn with `sample_app.py`, on any free port. */
export const SAMPLE: ServerSpec = { app: "sample_app:app", cwd: HERE, port: 0 };

/** A program that runs until it is stopped. */
export const WAITING: ServerSpec = { command: [PYTHON, "-c", "import time; time.sleep(600)"] };

/** Restarts that a test need not wait for. */
export const FAST_RESTARTS = { max: 3, window: 60, backoff: [0.01, 1, 0.01] } as const;

/** How the sidecar is run from this repository. */
export async function sidecarHere(...more: string[]) {
  const state = await mkdtemp(join(tmpdir(), "bridge-state-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  return {
    command: PYTHON,
    args: ["-m", "sidecar", ...more],
    env: { PYTHONPATH: PROJECT, XDG_STATE_HOME: state },
  };
}

/** A bridge; `sidecar` and everything of Electron can be chosen. */
export async function makeBridge(
  options: Partial<PythonServerBridgeOptions> & Pick<PythonServerBridgeOptions, "servers">,
): Promise<PythonServerBridge> {
  const sidecar = options.sidecar ?? (await sidecarHere());
  const bridge = createPythonServerBridge({ log: () => {}, ...options, sidecar });
  onTestFinished(() => bridge.close());
  return bridge;
}

/** Resolves with the next payload of `topic` that `wanted` accepts. */
export function next<T extends NotificationChannel>(
  bridge: PythonServerBridge,
  topic: T,
  wanted: (payload: NotificationPayloads[T]) => boolean = () => true,
): Promise<NotificationPayloads[T]> {
  return new Promise((resolve) => {
    const stop = bridge.on(topic, (payload) => {
      if (!wanted(payload)) return;
      stop();
      resolve(payload);
    });
  });
}

/** Everything that is told of `topic` from now on. */
export function record<T extends NotificationChannel>(
  bridge: PythonServerBridge,
  topic: T,
): NotificationPayloads[T][] {
  const all: NotificationPayloads[T][] = [];
  bridge.on(topic, (payload) => all.push(payload));
  return all;
}

/** Whether a process lives. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
