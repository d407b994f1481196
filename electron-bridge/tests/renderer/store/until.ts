/** Waiting for a store, by its own events. */
import type { PythonServerState } from "../../../src/renderer/store/state.js";
import type { PythonServerStore } from "../../../src/renderer/store/store.js";

/** Resolves as soon as the state of `store` is as wanted. */
export function until(
  store: PythonServerStore,
  isSo: (state: PythonServerState) => boolean,
): Promise<PythonServerState> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo(store.getState())) return;
      end();
      resolve(store.getState());
    };
    const end = store.subscribe(look);
    look();
  });
}

/** Resolves as soon as a row of the log of `name` is as wanted. */
export async function untilLog(
  store: PythonServerStore,
  name: string,
  isSo: (texts: string[]) => boolean,
): Promise<string[]> {
  const { logs } = await until(store, (state) => state.logs[name] !== undefined);
  return new Promise((resolve) => {
    const look = () => {
      const texts = textsOf(store, name);
      if (!isSo(texts)) return;
      end?.();
      resolve(texts);
    };
    const end = logs[name]?.subscribe(look);
    look();
  });
}

/** Everything that was promised and is due is done by then. */
export const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** The log of `name`: the texts of its lines, and gaps as `(after, before)`. */
export function textsOf(store: PythonServerStore, name: string): string[] {
  const rows = store.getState().logs[name]?.toArray() ?? [];
  return rows.map((row) => {
    if (!("gap" in row)) return row.text;
    return `(${row.after}, ${row.before})${row.lost ? " lost" : ""}`;
  });
}
