/**
 * The life of one fake server: how commands, crashes and automatic restarts meet, as the contract of the
 * sidecar has it, by a script instead of a process. What is told is `fake-state`'s.
 */
import type { SettingsChanges } from "../shared/api.js";
import type {
  ServerControlResponse,
  ServerMetrics,
  Settings,
  UpdateServerResponse,
} from "../shared/generated/protocol.js";
import { type Failure, failureOf, isWithoutProcess, sentence } from "./failures.js";
import { beginRun } from "./fake-run.js";
import { type Emit, type FakeExit, FakeState, type StatusPatch } from "./fake-state.js";
import { changeSettings, NO_METRICS, settingsOf, USUAL_METRICS } from "./figures.js";
import { Pause } from "./pause.js";
import { Recovery } from "./recovery.js";
import type { FakeFailure, FakeServerScript } from "./script.js";

/** How a stop is to be done. */
export interface StopOrder {
  force?: boolean | undefined;
  /** In seconds. */
  timeout?: number | undefined;
}

interface Operation {
  pause: Pause;
  answer: Promise<ServerControlResponse>;
}

/** One server. */
export class FakeServer {
  readonly settings: Settings;
  readonly state: FakeState;
  readonly #recovery: Recovery;
  #starting: Operation | undefined;
  #stopping: Operation | undefined;
  #restarting: Promise<ServerControlResponse> | undefined;
  /** A stop came while a restart was stopping it: it is not to be started. */
  #stayStopped = false;
  #retry: Pause | undefined;
  #endRun = () => {};

  constructor(
    readonly name: string,
    private readonly script: FakeServerScript,
    emit: Emit,
  ) {
    this.settings = settingsOf(name, script);
    this.#recovery = new Recovery(this.settings.restart);
    this.state = new FakeState(name, script, emit);
    if (script.running) this.#runs();
  }

  /** Answers when it runs or has failed. `failure`: this start fails so. */
  async start(failure?: FakeFailure): Promise<ServerControlResponse> {
    if (this.#stopping) await this.#stopping.answer;
    if (this.#starting) return this.#starting.answer;
    if (this.state.now.status === "running") {
      return this.state.done(`${this.name} is already running${this.state.whereabouts}`);
    }
    this.#retry?.cut();
    this.#recovery.reset();
    this.state.change({ status: "starting", restarts: 0, lastError: undefined, retryAt: undefined });
    return this.#launch(failure);
  }

  /** Answers when it is stopped. It cancels a start; with `force` it cuts a stop short. */
  async stop(order: StopOrder = {}, failure?: FakeFailure): Promise<ServerControlResponse> {
    this.#stayStopped = this.#restarting !== undefined;
    return this.#halt(order, failure);
  }

  /** Stops it if it runs, and starts it. Restarts that meet are one. */
  restart(order: StopOrder = {}, failure?: FakeFailure): Promise<ServerControlResponse> {
    this.#restarting ??= this.#starting?.answer ?? this.#stopAndStart(order, failure);
    const forget = () => {
      this.#restarting = undefined;
    };
    const answer = this.#restarting;
    answer.then(forget, forget);
    return answer;
  }

  /** Its process ends by itself; what follows is up to the restart policy. */
  crash(exit: FakeExit = { code: this.#exitCode }): void {
    if (this.state.now.status !== "running") return;
    this.#runsNoMore();
    this.state.ended(exit, false);
    const clean = exit.signal === undefined && (exit.code ?? 0) === 0;
    const why = exit.signal ? `killed by ${exit.signal}` : `exited with code ${exit.code ?? 0}`;
    const lastError = clean ? undefined : `${this.name} ended: ${why}. See its last lines.`;
    const next = this.#recovery.decide(clean);
    if (next === "not wanted") this.state.change({ status: clean ? "stopped" : "error", lastError });
    else if (next === "limit") this.#giveUp(lastError);
    else void this.#startAgain(next, lastError);
  }

  /** Changes settings that a page may change; they hold from the next start on. */
  update(changes: SettingsChanges): UpdateServerResponse {
    const moved = changeSettings(this.settings, changes);
    const { status } = this.state.now;
    const restartRequired = moved && status !== "stopped" && status !== "error";
    if (!restartRequired) this.state.place(this.settings.host, this.settings.port);
    const effect = restartRequired ? "they take effect at its next start" : "they are in effect";
    return { ...this.state.done(`the settings of ${this.name} were changed; ${effect}`), restartRequired };
  }

  /** Is what a test says, whatever it was. */
  become(patch: StatusPatch): void {
    if (patch.status !== undefined && patch.status !== "running") this.#runsNoMore();
    this.state.change(patch);
  }

  /** What it uses; nothing while it does not run. */
  metrics(): ServerMetrics {
    const time = new Date().toISOString();
    if (this.state.now.status !== "running") return { name: this.name, time, ...NO_METRICS };
    return { name: this.name, time, ...USUAL_METRICS, ...this.script.metrics, uptime: this.state.uptime() };
  }

  /** Ends every timer; nothing more is told. */
  dispose(): void {
    this.#runsNoMore();
    this.#retry?.cut();
    this.#starting?.pause.cut();
    this.#stopping?.pause.cut();
  }

  async #halt({ force, timeout }: StopOrder, failure?: FakeFailure): Promise<ServerControlResponse> {
    if (this.#stopping) {
      if (force) this.#stopping.pause.cut();
      return this.#stopping.answer;
    }
    const { status } = this.state.now;
    if (status === "stopped") return this.state.done(`${this.name} is stopped`);
    this.#retry?.cut();
    if (status === "error" || (status === "starting" && !this.#starting)) {
      this.state.change({ status: "stopped", lastError: undefined, retryAt: undefined });
      return this.state.done(`${this.name} is stopped`);
    }
    const start = this.#starting;
    const needed = start ? 0 : (this.script.stopSeconds ?? 0);
    const late = timeout !== undefined && timeout < needed;
    const pause = new Pause(force ? 0 : late ? timeout : needed);
    const scripted = failure ?? this.script.stopFails;
    const answer = this.#end(pause, late, force === true, scripted && this.#failure(scripted));
    this.#stopping = { pause, answer };
    start?.pause.cut();
    return answer;
  }

  #launch(failure?: FakeFailure): Promise<ServerControlResponse> {
    const pause = new Pause(this.script.startSeconds ?? 0);
    const answer = this.#begin(pause, failure ?? this.script.startFails).finally(() => {
      this.#starting = undefined;
    });
    this.#starting = { pause, answer };
    return answer;
  }

  async #begin(pause: Pause, scripted: FakeServerScript["startFails"]): Promise<ServerControlResponse> {
    const { port, host } = this.settings;
    const code = typeof scripted === "string" ? scripted : scripted?.code;
    const early = code !== undefined && isWithoutProcess(code);
    this.state.place(host, port);
    if (!early) this.state.launched();
    if (!(await pause.over)) {
      await this.#stopping?.answer;
      return this.state.refused(this.#failure("CANCELLED"));
    }
    if (scripted === undefined) {
      this.state.ready();
      this.#runs();
      return this.state.done(`${this.name} is running${this.state.whereabouts}`);
    }
    const failure = this.#failure(scripted);
    const exit = code === "EXITED_EARLY" ? { code: this.#exitCode } : { signal: "SIGTERM" };
    if (!early) this.state.ended(exit, false);
    this.state.change({ status: "error", lastError: sentence(failure) });
    return this.state.refused(failure);
  }

  async #end(pause: Pause, late: boolean, force: boolean, failure?: Failure): Promise<ServerControlResponse> {
    this.#runsNoMore();
    this.state.change({ status: "stopping" });
    const inTime = (await pause.over) && !late && !force;
    this.#stopping = undefined;
    if (failure) {
      this.state.change({ status: "error", lastError: sentence(failure) });
      return this.state.refused(failure);
    }
    this.state.ended({ signal: inTime ? "SIGTERM" : "SIGKILL" }, true);
    this.state.change({ status: "stopped", lastError: undefined });
    return this.state.done(inTime ? `${this.name} is stopped` : `${this.name} was killed`);
  }

  #runs(): void {
    const crash = () => this.crash();
    const print = (lines: string[]) => this.state.print(lines);
    this.#endRun = beginRun(this.script, crash, print);
  }

  #runsNoMore(): void {
    this.#endRun();
    this.#endRun = () => {};
  }

  async #startAgain(delaySeconds: number, lastError: string | undefined): Promise<void> {
    const retry = new Pause(delaySeconds);
    this.#retry = retry;
    const retryAt = new Date(Date.now() + delaySeconds * 1000).toISOString();
    const restarts = this.state.now.restarts + 1;
    this.state.change({ status: "starting", restarts, retryAt, lastError });
    if (!(await retry.over)) return;
    this.state.change({ retryAt: undefined });
    await this.#launch();
  }

  #giveUp(lastError: string | undefined): void {
    const message = this.#recovery.explainLimit(this.name);
    this.state.alert("restart-limit", message);
    this.state.change({ status: "error", lastError: `${lastError ?? ""} ${message}.`.trim() });
  }

  async #stopAndStart(order: StopOrder, failure?: FakeFailure): Promise<ServerControlResponse> {
    this.#stayStopped = false;
    const { status } = this.state.now;
    if (status === "running" || status === "stopping") {
      const stopped = await this.#halt(order);
      if (!stopped.success) return stopped;
      if (this.#stayStopped) return this.state.refused(this.#failure("CANCELLED"));
    }
    return this.start(failure);
  }

  #failure(scripted: FakeServerScript["startFails"] & {}): Failure {
    const { name, settings } = this;
    const about = { name, port: settings.port, exitCode: this.#exitCode, tail: this.state.log.newest(20) };
    return failureOf(scripted, about);
  }

  get #exitCode(): number {
    return this.script.exitCode ?? 1;
  }
}
