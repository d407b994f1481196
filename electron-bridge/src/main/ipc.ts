/**
 * The channels of the windows: the one user of ipcMain. Who sends is checked first, then what; only then
 * is the sidecar asked. Knows no window beyond the event.
 */
import type { SidecarStatus } from "../shared/api.js";
import {
  GET_SIDECAR_STATUS_CHANNEL,
  INVOKE_CHANNELS,
  type InvokeChannel,
  LOG_RECEIVED_CHANNEL,
} from "../shared/channels.js";
import { ErrorCode } from "../shared/generated/codes.js";
import { messageOf, PythonServerError } from "./errors.js";
import type { IpcEventLike, IpcMainLike } from "./options.js";
import { paramsOf } from "./payloads.js";

/** What the channels lead to. */
export interface IpcTarget {
  allowSender(event: IpcEventLike): boolean;
  request(method: string, params: Record<string, unknown>): Promise<unknown>;
  sidecarStatus(): SidecarStatus;
  /** A window has handled so many characters of log. */
  received(window: unknown, characters: number): void;
}

/** Answers every channel; the returned function takes back what was registered, and nothing else. */
export function answerWindows(ipcMain: IpcMainLike, target: IpcTarget): () => void {
  const registered: string[] = [];
  const forgetAll = () => {
    for (const channel of registered) ipcMain.removeHandler?.(channel);
    ipcMain.removeListener?.(LOG_RECEIVED_CHANNEL, onReceived);
  };
  const answer = (channel: string, make: (payload: unknown[]) => Promise<unknown>) => {
    ipcMain.handle(channel, async (event, ...payload) => {
      try {
        checkSender(target, event, channel);
        return await make(payload);
      } catch (error) {
        throw withCode(error);
      }
    });
    registered.push(channel);
  };
  const onReceived = (event: IpcEventLike, characters: unknown) => {
    if (!Number.isSafeInteger(characters) || (characters as number) < 0) return;
    if (target.allowSender(event)) target.received(event.sender, characters as number);
  };
  try {
    for (const [channel, method] of Object.entries(INVOKE_CHANNELS)) {
      answer(channel, async (payload) => target.request(method, paramsOf(channel as InvokeChannel, payload)));
    }
    answer(GET_SIDECAR_STATUS_CHANNEL, async () => target.sidecarStatus());
    ipcMain.on?.(LOG_RECEIVED_CHANNEL, onReceived);
  } catch (error) {
    forgetAll();
    throw error;
  }
  return forgetAll;
}

function checkSender(target: IpcTarget, event: IpcEventLike, channel: string): void {
  if (target.allowSender(event)) return;
  const from = event?.senderFrame?.url ?? "a frame that is gone";
  throw new PythonServerError(
    `${channel} was refused: ${from} may not control the Python servers. Only the app's own pages may; see \`allowSender\`.`,
    ErrorCode.NOT_ALLOWED,
  );
}

/** Of an error, Electron hands the window its text alone: so the code stands behind the message, as `[-32602]`. */
function withCode(error: unknown): Error {
  if (!(error instanceof PythonServerError)) {
    return new PythonServerError(
      `${messageOf(error)} [${ErrorCode.INTERNAL_ERROR}]`,
      ErrorCode.INTERNAL_ERROR,
    );
  }
  return new PythonServerError(`${error.message} [${error.code}]`, error.code, error.data);
}
