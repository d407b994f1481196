/** A real `sidecar web` with one real server, and what a browser does to be let in. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../e2e/fixtures/processes.js";
import { PROJECT, PYTHON } from "../e2e/fixtures/python.js";

/** Prints a line of Korean, then serves the folder that it runs in. */
const SERVER = `
import http.server, sys
print("서버가 시작됨", flush=True)
address = (sys.argv[1], int(sys.argv[2]))
http.server.ThreadingHTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()
`;

const toml = (python: string) => `
[servers.api]
command = [${JSON.stringify(python)}, "server.py", "{host}", "{port}"]
port = 0
`;

/** The running program. */
export class RealWebSidecar {
  private constructor(
    private readonly folder: string,
    private readonly program: Program,
    /** As it was printed: with a token that lets one browser in. */
    readonly link: string,
  ) {}

  /** Starts it, on a port of its own choice if none is given. */
  static async start(port = 0): Promise<RealWebSidecar> {
    const folder = await mkdtemp(join(tmpdir(), "web-api-"));
    await writeFile(join(folder, "server.py"), SERVER);
    await writeFile(join(folder, "hello.txt"), "안녕하세요");
    await writeFile(join(folder, "sidecar.toml"), toml(PYTHON));
    const args = ["-m", "sidecar", "web", "--port", String(port), "--config", join(folder, "sidecar.toml")];
    const env = { ...process.env, PYTHONPATH: PROJECT, XDG_STATE_HOME: join(folder, "state") };
    const program = new Program(PYTHON, args, { cwd: folder, env });
    try {
      const [link] = await program.says(/http:\/\/\S+token=\S+/);
      return new RealWebSidecar(folder, program, link);
    } catch (error) {
      await program.end();
      throw error;
    }
  }

  get origin(): string {
    return new URL(this.link).origin;
  }

  get port(): number {
    return Number(new URL(this.link).port);
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Opens the link, and returns what a page sends from then on. */
  async signIn(): Promise<Record<string, string>> {
    const response = await fetch(this.link, { redirect: "manual" });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (!cookie) throw new Error(`the link brought no cookie, but ${response.status}`);
    return { cookie, origin: this.origin };
  }

  /** Ends it, and waits until it has ended. */
  async end(): Promise<void> {
    await this.program.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
