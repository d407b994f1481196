/**
 * The fake servers of one fake sidecar, and the methods of the protocol on them: finds the server that is
 * meant, refuses what a sidecar refuses, answers. Knows no transport: a page and a pipe both use it.
 */

import type { SettingsChanges } from "../shared/api.js";
import { ErrorCode } from "../shared/generated/codes.js";
import type { SendRequestResult, ServerControlResponse, ServerStatus } from "../shared/generated/protocol.js";
import { FakeRpcError } from "./failures.js";
import { FakeServer } from "./fake-server.js";
import type { Emit } from "./fake-state.js";
import { settingsOf } from "./figures.js";
import { answerOf, type FakeFailure, type FakeServerScript, type Method } from "./script.js";

/** The params of any method: what is read of them depends on the method. */
export interface AnyParams {
  name?: string;
  force?: boolean;
  wait?: boolean;
  timeout?: number;
  after?: number;
  limit?: number;
  stream?: "stdout" | "stderr";
  changes?: SettingsChanges;
  method?: string;
  path?: string;
}

const FIRST_PORT = 8121;

const CHANGEABLE = ["port", "host", "portConflict", "autostart", "restart"];

/** Every server by name. */
export class FakeServers {
  readonly #servers = new Map<string, FakeServer>();
  readonly #scripts = new Map<string, FakeServerScript>();

  constructor(
    scripts: Record<string, FakeServerScript>,
    private readonly emit: Emit,
  ) {
    for (const [name, script] of Object.entries(scripts)) this.add(name, script);
  }

  /** Adds a server; one of that name is replaced. */
  add(name: string, script: FakeServerScript): FakeServer {
    this.#servers.get(name)?.dispose();
    const complete = { port: FIRST_PORT + this.#servers.size, ...script };
    const server = new FakeServer(name, complete, this.emit);
    this.#servers.set(name, server);
    this.#scripts.set(name, complete);
    return server;
  }

  /** Adds a server, or has one of that name take the settings over. */
  put(name: string, script: FakeServerScript): void {
    const existing = this.#servers.get(name);
    if (!existing) this.add(name, script);
    else existing.update(settingsOf(name, { port: existing.settings.port, ...script }));
  }

  /** Every server, in the order of their making. */
  all(): FakeServer[] {
    return [...this.#servers.values()];
  }

  /** The server of that name; without one the only server, or the one called `default`. */
  find(name?: string): FakeServer {
    const names = [...this.#servers.keys()].join(", ");
    const implied = this.#servers.size === 1 ? this.all()[0] : this.#servers.get("default");
    const server = name === undefined ? implied : this.#servers.get(name);
    if (server) return server;
    const data = { field: "name" };
    if (name === undefined) {
      throw new FakeRpcError(
        ErrorCode.INVALID_PARAMS,
        `name: which server is meant? Give a name: ${names}`,
        data,
      );
    }
    throw new FakeRpcError(
      ErrorCode.UNKNOWN_SERVER,
      `no server is called '${name}'; configured: ${names}`,
      data,
    );
  }

  /** Every server, without lines. */
  statuses(): ServerStatus[] {
    return this.all().map((server) => ({ ...server.state.params(), logs: [] }));
  }

  /** Carries a method out. `failure`: a command that fails so, this time. */
  async call(method: Method, params: AnyParams, failure?: FakeFailure): Promise<unknown> {
    const { name } = params;
    switch (method) {
      case "start":
        return waiting(params, this.find(name), "start", (server) => server.start(failure));
      case "stop":
        return this.find(name).stop(params, failure);
      case "restart":
        return waiting(params, this.find(name), "restart", (server) => server.restart(params, failure));
      case "get_status":
        return this.find(name).state.status();
      case "list_servers":
        return this.statuses();
      case "get_logs":
        return this.find(name).state.log.page(params);
      case "clear_logs":
        return { cleared: this.find(name).state.log.clear() };
      case "update_server":
        return this.#update(params);
      case "get_settings":
        return structuredClone(this.find(name).settings);
      case "get_metrics":
        return this.find(name).metrics();
      case "send_request":
        return this.#request(params);
      case "shutdown":
        await Promise.all(this.all().map((server) => server.stop()));
        return null;
      default:
        throw new FakeRpcError(ErrorCode.METHOD_NOT_FOUND, `there is no method '${method}'`);
    }
  }

  /** Ends every timer; nothing more is told. */
  dispose(): void {
    for (const server of this.#servers.values()) server.dispose();
  }

  #update({ name, changes = {} }: AnyParams) {
    const server = this.find(name);
    for (const key of Object.keys(changes)) {
      if (CHANGEABLE.includes(key)) continue;
      const message = `changes.${key}: this client cannot change that, only ${CHANGEABLE.join(", ")}`;
      throw new FakeRpcError(ErrorCode.NOT_ALLOWED, message, { field: `changes.${key}` });
    }
    const { port } = changes;
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      const message = "changes.port: should be a whole number from 0 to 65535";
      throw new FakeRpcError(ErrorCode.INVALID_PARAMS, message, { field: "changes.port" });
    }
    return server.update(changes);
  }

  #request({ name, method = "GET", path = "/" }: AnyParams): SendRequestResult {
    const server = this.find(name);
    const { status } = server.state.now;
    if (status !== "running") {
      const message = `${server.name} is ${status}, so it cannot answer; start it first`;
      throw new FakeRpcError(ErrorCode.NO_ANSWER, message);
    }
    const routes = this.#scripts.get(server.name)?.routes ?? {};
    const route = routes[`${method} ${path}`] ?? routes[`${method} ${path.replace(/\?.*/, "")}`];
    return answerOf(route ?? { status: 404, body: { detail: "Not Found" } });
  }
}

/** With `wait: false` a command is answered when it is accepted. */
async function waiting(
  { wait = true }: AnyParams,
  server: FakeServer,
  what: string,
  act: (server: FakeServer) => Promise<ServerControlResponse>,
): Promise<ServerControlResponse> {
  const answer = act(server);
  return wait ? answer : server.state.done(`the ${what} of ${server.name} was accepted`);
}
