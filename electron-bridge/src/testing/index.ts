/** Stand-ins for tests of apps: `window.pythonServer` without a process, and a sidecar without Python. */
export {
  type AskingMethod,
  createFakePythonServer,
  type FakeCall,
  type FakePythonServer,
  type FakePythonServerOptions,
} from "./fake-api.js";
export { createFakeSidecar, type FakeSidecarCommand } from "./fake-sidecar.js";
export type { FakeExit, StatusPatch } from "./fake-state.js";
export type {
  FakeError,
  FakeFailure,
  FakeLine,
  FakeRoute,
  FakeServerScript,
  FakeSidecarScript,
  Method,
} from "./script.js";
