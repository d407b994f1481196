/** A `sidecar web` of its own for a measure, with the servers it names. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../e2e/fixtures/processes.js";
import { PROJECT, PYTHON } from "../e2e/fixtures/python.js";

const PROGRAMS = join(PROJECT, "tests/benchmarks/programs");

/** Prints numbered lines at a steady rate until it is stopped. */
export const floodServer = (name: string, linesPerSecond: number) => `
[servers.${name}]
command = ${JSON.stringify([PYTHON, join(PROGRAMS, "flood.py"), String(linesPerSecond)])}
port = 0
ready.none = true
`;

/** Starts for ever: nothing will ever listen on its port. */
export const startingServer = (name: string) => `
[servers.${name}]
command = ["sleep", "infinity"]
port = 0
env = { PORT = "{port}" }
ready.tcp = true
ready.timeout = 600
`;

/** Runs `act` with the address of a `sidecar web`, which lets one browser in, and ends that in any case. */
export async function withWebSidecar<Result>(
  toml: string,
  act: (url: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "bench-web-"));
  const config = join(folder, "sidecar.toml");
  await writeFile(config, toml);
  const env = { ...process.env, PYTHONPATH: PROJECT, XDG_STATE_HOME: join(folder, "state") };
  const args = ["-m", "sidecar", "web", "--port", "0", "--config", config];
  const program = new Program(PYTHON, args, { cwd: folder, env });
  try {
    const [url] = await program.says(/http:\/\/\S+token=\S+/);
    return await act(url);
  } finally {
    await program.end();
    await rm(folder, { recursive: true, force: true });
  }
}
