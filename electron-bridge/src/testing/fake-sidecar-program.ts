/** The program of the fake sidecar: the protocol on stdin and stdout. `createFakeSidecar` says how to run it. */
import { createWriteStream } from "node:fs";
import { FakeSession } from "./fake-session.js";
import { framed, MessageReader } from "./framing.js";
import { type FakeSidecarScript, SCRIPT_VARIABLE } from "./script.js";

/** As the sidecar's: what is not read by then is left out, if it is lines. */
const OUTBOX_BYTES = 16 * 1024 * 1024;

/** A fake that does not want to end does end, or it would outlive a test that failed. */
const LONGEST_LIFE_SECONDS = 120;

const script = JSON.parse(process.env[SCRIPT_VARIABLE] ?? "{}") as FakeSidecarScript;
const reader = new MessageReader();
// Not process.stdout, which waits for a pipe that is full: then it could not even be asked any more.
const output = createWriteStream("", { fd: 1 });
output.on("error", () => process.exit(0)); // the client is gone

function write(message: string | Buffer): void {
  output.write(framed(message, reader.framing ?? "ndjson"));
}

const session = new FakeSession(script, {
  pid: process.pid,
  write: (message) => {
    const isLog = "method" in message && message.method === "python-log";
    if (isLog && output.writableLength > OUTBOX_BYTES) return false;
    write(JSON.stringify(message));
    return true;
  },
  writeRaw: write,
  exit: (code) => {
    if (code === 0) output.end(() => process.exit(0));
    else process.exit(code);
  },
});

async function end(): Promise<void> {
  if (script.staysAlive) return;
  await session.end();
  output.end(() => process.exit(0));
}

process.stdin.on("data", (chunk: Buffer) => {
  for (const message of reader.push(chunk)) session.receive(message);
});
process.stdin.on("end", () => {
  for (const message of reader.rest()) session.receive(message);
  void end();
});
process.on("SIGTERM", end);
process.on("SIGINT", end);
setTimeout(() => process.exit(1), LONGEST_LIFE_SECONDS * 1000).unref();
if (script.staysAlive) setInterval(() => {}, LONGEST_LIFE_SECONDS * 1000);
