/**
 * Everything the api tells, on its way into the state; and when the page has to ask anew, because another
 * sidecar has taken over or because it was cut off for a while.
 */
import type { LogMeta, PythonServerApi, SidecarStatus, Unsubscribe } from "../../shared/api.js";
import type { LogParams } from "../../shared/generated/protocol.js";
import type { Hydration } from "./hydration.js";
import type { Snapshots } from "./snapshots.js";
import type { PanelEvent } from "./state.js";

/** A sidecar prints little between its start and being told of; what is too much is read from its buffer. */
const BATCHES_HELD = 1_000;

/** Where it leads. */
export interface FeedTarget {
  dispatch(event: PanelEvent): void;
  hydration: Hydration;
  snapshots: Snapshots;
}

/** The subscriptions of one store. */
export class Feed {
  readonly #target: FeedTarget;
  readonly #ends: (Unsubscribe | undefined)[];
  /** The sidecar that ran last; `undefined` before the first. */
  #ran: { pid: number | undefined } | undefined;
  #runs = false;
  #wasTold = false;
  #ended = false;
  /** While no sidecar runs nobody knows whose line numbers these are. */
  #held: LogParams[] = [];

  constructor(api: PythonServerApi, target: FeedTarget) {
    this.#target = target;
    const { dispatch, snapshots } = target;
    // An app's own preload may leave out what the app does not need, and may give nothing to unsubscribe with.
    this.#ends = [
      api.onStatusChange?.((status) => {
        snapshots.told(status.name);
        dispatch({ type: "status", status });
      }),
      api.onLogBatch
        ? api.onLogBatch((batch) => this.#takeLog(batch))
        : api.onLog?.((line, meta) => this.#takeLog(batchOf(line, meta))),
      api.onReady?.((ready) => dispatch({ type: "ready", ready })),
      api.onStopped?.((stopped) => dispatch({ type: "stopped", stopped })),
      api.onMetrics?.((metrics) => dispatch({ type: "metrics", metrics })),
      api.onAlert?.((alert) => dispatch({ type: "alert", alert })),
      api.onSidecarStatus?.((status) => this.#takeSidecar(status)),
    ];
    void this.#askSidecar(api);
  }

  /** Ends every subscription. */
  end(): void {
    this.#ended = true;
    for (const end of this.#ends.splice(0)) end?.();
    this.#target.hydration.stop();
  }

  async #askSidecar(api: PythonServerApi): Promise<void> {
    try {
      const status = await api.getSidecarStatus();
      // What was told in the meantime is newer.
      if (!this.#wasTold && !this.#ended) this.#takeSidecar(status);
    } catch {
      // An app's own preload may not have it; whether anybody is there the list of servers tells as well.
      if (!this.#wasTold && !this.#ended) this.#takeSidecar({ status: "running" });
    }
  }

  #takeSidecar(sidecar: SidecarStatus): void {
    const { dispatch, hydration } = this.#target;
    const { status, pid } = sidecar;
    this.#wasTold = true;
    dispatch({ type: "sidecar", sidecar });
    if (status !== "running") {
      this.#runs = false;
      hydration.stop();
      return;
    }
    const isSame = this.#ran !== undefined && this.#ran.pid !== undefined && this.#ran.pid === pid;
    if (this.#runs && (isSame || pid === undefined)) return;
    // Whoever ran without its pid being known has not been away since.
    const isNamedOnly = this.#runs && this.#ran?.pid === undefined;
    if (this.#ran && !isSame && !isNamedOnly) dispatch({ type: "log-numbers-anew" });
    this.#ran = { pid };
    this.#runs = true;
    for (const batch of this.#held.splice(0)) dispatch({ type: "log", batch });
    hydration.begin();
  }

  #takeLog(batch: LogParams): void {
    if (this.#runs || !this.#ran) this.#target.dispatch({ type: "log", batch });
    else if (this.#held.push(batch) > BATCHES_HELD) this.#held.shift();
  }
}

/** A line that was told by itself. */
function batchOf(text: string, { partial, ...meta }: LogMeta): LogParams {
  return { ...meta, text, count: 1, ...(partial && { partial }) };
}
