/** Fake sidecars and stores over them that end with the test. */
import { afterEach } from "vitest";
import {
  createPythonServerStore,
  type PythonServerStore,
  type PythonServerStoreOptions,
} from "../../../src/renderer/store/store.js";
import type { PythonServerApi } from "../../../src/shared/api.js";
import {
  createFakePythonServer,
  type FakePythonServer,
  type FakePythonServerOptions,
} from "../../../src/testing/fake-api.js";

const ends: (() => void)[] = [];

/** To be called once by each test file. */
export function endWithTheTest(): void {
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
}

export function fakeSidecar(options?: FakePythonServerOptions): FakePythonServer {
  const fake = createFakePythonServer(options);
  ends.push(() => fake.dispose());
  return fake;
}

export function storeOver(api?: PythonServerApi, options?: PythonServerStoreOptions): PythonServerStore {
  const store = createPythonServerStore(api, options);
  ends.push(() => store.getState().destroy());
  return store;
}

/** An api of which the answers to one method wait at a gate: what they say was so when they were asked. */
export function answeredLate<Method extends "list" | "getStatus" | "getLogs">(
  api: PythonServerApi,
  method: Method,
): { api: PythonServerApi; answer: () => void } {
  let answer = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const ask = api[method] as (...args: unknown[]) => Promise<unknown>;
  const late = async (...args: unknown[]) => {
    const result = await ask(...args);
    await gate;
    return result;
  };
  return { api: { ...api, [method]: late }, answer };
}
