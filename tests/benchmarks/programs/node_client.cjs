// A client in Node, as an Electron app would have it: starts the server "default" of CONFIG, parses every
// message until none is left after the server has ended, and prints {lines, dropped, seconds}.
const { spawn } = require("node:child_process");

const [python, config] = process.argv.slice(2);
const sidecar = spawn(python, ["-m", "sidecar", "--config", config], {
  stdio: ["pipe", "pipe", "inherit"],
});
let unfinished = [];
let lines = 0;
let dropped = 0;
let first = 0;
let last = 0;

function receive(message) {
  if (message.method === "python-log") {
    last = performance.now();
    first ||= last;
    lines += message.params.count;
    dropped += message.params.dropped ?? 0;
  } else if (message.method === "python-server-stopped") {
    sidecar.stdin.end();
  }
}

sidecar.stdout.on("data", (chunk) => {
  let start = 0;
  for (let end; (end = chunk.indexOf(10, start)) !== -1; start = end + 1) {
    unfinished.push(chunk.subarray(start, end));
    const body = unfinished.length > 1 ? Buffer.concat(unfinished) : unfinished[0];
    unfinished = [];
    receive(JSON.parse(body.toString("utf8")));
  }
  if (start < chunk.length) unfinished.push(chunk.subarray(start));
});
sidecar.on("close", () => {
  process.stdout.write(JSON.stringify({ lines, dropped, seconds: (last - first) / 1000 }));
});
sidecar.stdin.write('{"jsonrpc":"2.0","id":1,"method":"start"}\n');
