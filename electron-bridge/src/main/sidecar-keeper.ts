/**
 * Keeps a sidecar running: launches it, tells its state, launches it again when it dies, and gives up
 * when it dies too often. What it has to be told each time is somebody else's knowledge.
 */
import type { SidecarStatus } from "../shared/api.js";
import type { InitializeResult } from "../shared/generated/protocol.js";
import { messageOf, PythonServerError, SIDECAR_UNAVAILABLE } from "./errors.js";
import { RestartBudget, type RestartLimits } from "./restart-budget.js";
import { launchSidecar, type Sidecar, type SidecarLaunch } from "./sidecar.js";
import { pause, settled, within } from "./waiting.js";

/** How long `close` and quitting wait for the servers to stop, all told. */
export const STOP_LIMIT_MS = 15_000;

/** How long a request waits for a sidecar that is being launched: longer than most launches and restarts. */
const REQUEST_WAIT_MS = 15_000;

/** What a keeper needs. */
export interface KeeperOptions {
  restart: RestartLimits;
  /** How each sidecar is launched, as of now. */
  launch(): Omit<SidecarLaunch, "signal">;
  onStatus(status: SidecarStatus): void;
  /** A sidecar was launched in place of one that died; what it does is awaited. */
  restore(sidecar: Sidecar): Promise<void>;
}

/** One sidecar at a time. */
export class SidecarKeeper {
  readonly #options: KeeperOptions;
  #status: SidecarStatus = { status: "stopped" };
  #sidecar: Sidecar | undefined;
  /** A launch or a restart under way. */
  #coming: Promise<InitializeResult> | undefined;
  #cancel = new AbortController();
  #budget: RestartBudget;
  #leaving: Promise<void> | undefined;
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#budget = new RestartBudget(options.restart);
  }

  /** The state of the sidecar now. */
  get status(): SidecarStatus {
    return this.#status;
  }

  /** Whether there is a process that a quitting app should wait for. */
  get isUp(): boolean {
    return this.#sidecar !== undefined || this.#coming !== undefined || this.#leaving !== undefined;
  }

  /** Launches the sidecar, or joins the launch or the sidecar there is. */
  async launch(): Promise<InitializeResult> {
    if (this.#closed) throw unavailable("the bridge was closed; create another one");
    if (this.#leaving) await this.#leaving;
    if (this.#sidecar) return this.#sidecar.result;
    if (!this.#coming) {
      this.#budget = new RestartBudget(this.#options.restart);
      this.#cancel = new AbortController();
      this.#tell({ status: "starting" });
      this.#begin(this.#first(this.#cancel.signal));
    }
    return this.#coming as unknown as Promise<InitializeResult>;
  }

  /**
   * The sidecar to ask. While one is being launched it is waited for; without one in sight this rejects
   * at once.
   */
  async sidecar(): Promise<Sidecar> {
    if (this.#sidecar) return this.#sidecar;
    if (this.#coming && !this.#closed) {
      const inTime = await within(REQUEST_WAIT_MS, this.#coming);
      if (this.#sidecar) return this.#sidecar;
      if (!inTime) throw unavailable("the sidecar is still being launched; try again in a moment");
    }
    throw unavailable(this.#whyNone());
  }

  /** Stops the servers and ends the sidecar, cancelling a launch; `launch` may follow. */
  stop(): Promise<void> {
    this.#leaving ??= this.#leave().finally(() => {
      this.#leaving = undefined;
    });
    return this.#leaving;
  }

  /** The same, for good. */
  close(): Promise<void> {
    this.#closed = true;
    return this.stop();
  }

  async #leave(): Promise<void> {
    const sidecar = this.#sidecar;
    const coming = this.#coming;
    this.#sidecar = undefined;
    this.#cancel.abort();
    if (sidecar) await sidecar.end(STOP_LIMIT_MS);
    if (coming) await settled(coming);
    const { status } = this.#status;
    if (status !== "failed" && status !== "stopped") this.#tell({ status: "stopped" });
  }

  #begin(launch: Promise<InitializeResult>): void {
    const coming = launch.finally(() => {
      // A sidecar that died while it was being brought up has begun another one already.
      if (this.#coming === coming) this.#coming = undefined;
    });
    this.#coming = coming;
    coming.catch(() => {}); // told as status; whoever waits has it, too
  }

  async #first(signal: AbortSignal): Promise<InitializeResult> {
    try {
      return await this.#attempt(signal);
    } catch (error) {
      if (!signal.aborted) this.#tell({ status: "failed", message: messageOf(error) });
      throw error;
    }
  }

  async #again(why: string, signal: AbortSignal): Promise<InitializeResult> {
    for (let reason = why; ; ) {
      const delay = this.#budget.next(performance.now() / 1000);
      if (delay === undefined) throw this.#failed(reason);
      const count = `${this.#budget.spent} of ${this.#options.restart.max}`;
      this.#tell({
        status: "restarting",
        message: `${sentence(reason)}. It is started again in ${delay} s (${count}).`,
      });
      await pause(delay * 1000, signal);
      if (signal.aborted) throw unavailable("the restart of the sidecar was cancelled");
      try {
        const result = await this.#attempt(signal);
        if (this.#sidecar) await this.#options.restore(this.#sidecar);
        return result;
      } catch (error) {
        if (signal.aborted) throw error;
        reason = messageOf(error);
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<InitializeResult> {
    const sidecar = await launchSidecar({ ...this.#options.launch(), signal });
    if (signal.aborted) {
      await sidecar.end(STOP_LIMIT_MS);
      throw unavailable("the launch of the sidecar was cancelled");
    }
    this.#sidecar = sidecar;
    void sidecar.ended.then((how) => this.#over(sidecar, how));
    this.#tell({ status: "running", pid: sidecar.result.serverInfo.pid });
    return sidecar.result;
  }

  /** A sidecar is gone. */
  #over(sidecar: Sidecar, how: string): void {
    if (this.#sidecar !== sidecar) return; // it was told to go
    this.#sidecar = undefined;
    if (sidecar.leaving) this.#tell({ status: "stopped" });
    else this.#begin(this.#again(`the sidecar ${how}`, this.#cancel.signal));
  }

  #failed(reason: string): PythonServerError {
    const { max, window } = this.#options.restart;
    const message = `${sentence(reason)}. It was restarted ${max} times within ${window} s, and is not started again by itself. Its last lines on stderr tell more; launch it again when the cause is mended.`;
    this.#tell({ status: "failed", message });
    return unavailable(message);
  }

  #whyNone(): string {
    if (this.#closed) return "the bridge was closed";
    const { status, message } = this.#status;
    if (status === "failed") return message ?? "the sidecar could not be launched";
    if (this.#leaving) return "the sidecar is being stopped, since the app is quitting";
    return "the sidecar does not run; call launch()";
  }

  #tell(status: SidecarStatus): void {
    this.#status = status;
    this.#options.onStatus(status);
  }
}

function unavailable(message: string): PythonServerError {
  return new PythonServerError(message, SIDECAR_UNAVAILABLE);
}

/** Without the full stop, so that another sentence can follow. */
function sentence(text: string): string {
  return text.replace(/[.\s]+$/, "");
}
