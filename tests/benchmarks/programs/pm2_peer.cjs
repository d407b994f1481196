// pm2 through its own API. Usage: pm2_peer.cjs FOLDER-OF-PM2 MODE [ARGUMENT…]; prints one JSON value.
// PM2_HOME is set by the caller and belongs to this run alone; the daemon is ended at the end.
const { promisify } = require("node:util");
const [folder, mode, ...args] = process.argv.slice(2);
const pm2 = require(folder);
const call = (name, ...rest) => promisify(pm2[name]).call(pm2, ...rest);
const say = (value) => process.stdout.write(JSON.stringify(value));
const nanoseconds = () => process.hrtime.bigint();

const idle = (name) => ({ name, script: "/bin/sleep", args: ["infinity"], interpreter: "none" });
const printer = (program, ...programArgs) => ({
  name: "printer",
  script: program,
  args: programArgs,
  interpreter: process.env.BENCH_PYTHON,
  autorestart: false,
});

async function bus(app, onText) {
  const events = await call("launchBus");
  const ended = new Promise((resolve) =>
    events.on("process:event", (event) => event.event === "exit" && resolve()),
  );
  events.on("log:out", (packet) => onText(packet.data));
  await call("start", app);
  await ended;
  await new Promise((resolve) => setTimeout(resolve, 300)); // the last packets are on their way
}

async function answers(port) {
  for (;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}/`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const modes = {
  async cold() {
    const start = nanoseconds();
    await call("connect");
    await call("list");
    say(Number(nanoseconds() - start) / 1e9);
  },
  async status(rounds) {
    await call("connect");
    await call("start", idle("idle"));
    const seconds = [];
    for (let round = 0; round < Number(rounds); round++) {
      const start = nanoseconds();
      await call("describe", "idle");
      seconds.push(Number(nanoseconds() - start) / 1e9);
    }
    say(seconds);
  },
  async lines(program, count) {
    await call("connect");
    let lines = 0;
    let first = 0n;
    let last = 0n;
    await bus(printer(program, count), (text) => {
      last = nanoseconds();
      first ||= last;
      for (let at = -1; (at = text.indexOf("\n", at + 1)) !== -1; ) lines++;
    });
    say({ lines, seconds: Number(last - first) / 1e9 });
  },
  async ticks(program, count, interval) {
    await call("connect");
    const seconds = [];
    await bus(printer(program, count, interval), (text) => {
      const now = nanoseconds();
      for (const [, stamp] of text.matchAll(/tick (\d+)\n/g))
        seconds.push(Number(now - BigInt(stamp)) / 1e9);
    });
    say(seconds);
  },
  // Kills uvicorn again and again, and waits each time until the bus tells of it.
  async crash(rounds, folder, port) {
    await call("connect");
    const events = await call("launchBus");
    let told = () => {};
    events.on("process:event", (event) => event.event === "exit" && told(nanoseconds()));
    const app = {
      name: "crash",
      script: process.env.BENCH_PYTHON,
      args: ["-m", "uvicorn", "hello:app", "--port", port],
      interpreter: "none",
      cwd: folder,
      autorestart: false,
    };
    const seconds = [];
    for (let round = 0; round < Number(rounds); round++) {
      const [started] = await call("start", app);
      await answers(port);
      const exit = new Promise((resolve) => (told = resolve));
      const start = nanoseconds();
      process.kill(started.pid ?? started.process.pid, "SIGKILL");
      seconds.push(Number((await exit) - start) / 1e9);
      await call("delete", "crash");
    }
    say(seconds);
  },
  // Tells the daemon's pid, first with 1 and then with MANY idle servers; waits for a line between.
  async memory(many) {
    await call("connect");
    const daemon = Number(require("node:fs").readFileSync(`${process.env.PM2_HOME}/pm2.pid`, "utf8"));
    const nextLine = () => new Promise((resolve) => process.stdin.once("data", resolve));
    await call("start", idle("idle-0"));
    process.stdout.write(`${daemon}\n`);
    await nextLine();
    for (let n = 1; n < Number(many); n++) await call("start", idle(`idle-${n}`));
    process.stdout.write(`${daemon}\n`);
    await nextLine();
  },
};

modes[mode](...args)
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => pm2.killDaemon(() => process.exit()));
