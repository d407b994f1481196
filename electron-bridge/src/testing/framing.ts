/** Where a message ends in a stream of bytes: by a Content-Length header, or by a newline. Knows no JSON. */

/** How messages are told apart. The first byte that is neither blank nor of a byte order mark chooses. */
export type Framing = "content-length" | "ndjson";

const NOTHING = Buffer.alloc(0);
const HEADER_END = "\r\n\r\n";
const CAPITAL_C = 0x43;
const NEWLINE = 0x0a;
/** Space, tab, the ends of lines, and the bytes of a byte order mark. */
const SKIPPED = new Set([0x20, 0x09, 0x0d, 0x0a, 0xef, 0xbb, 0xbf]);

/** Takes bytes in and gives messages out. */
export class MessageReader {
  framing: Framing | undefined;
  #bytes: Buffer = NOTHING;

  /** The messages that are complete with these bytes. */
  push(chunk: Buffer): string[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const messages: string[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      if (message.trim() !== "") messages.push(message);
    }
    return messages;
  }

  /** What came after the last newline when the stream ended: a line that nobody ended. */
  rest(): string[] {
    const rest = this.framing === "ndjson" ? this.#bytes.toString().trim() : "";
    this.#bytes = NOTHING;
    return rest === "" ? [] : [rest];
  }

  #next(): string | undefined {
    this.framing ??= this.#choose();
    if (this.framing === "ndjson") return this.#take(this.#bytes.indexOf(NEWLINE), 1);
    if (this.framing === undefined) return undefined;
    const end = this.#bytes.indexOf(HEADER_END);
    if (end < 0) return undefined;
    const length = /content-length: *(\d+)/i.exec(this.#bytes.toString("latin1", 0, end))?.[1];
    if (length === undefined) throw new Error("a header block without a Content-Length");
    const start = end + HEADER_END.length;
    if (this.#bytes.length < start + Number(length)) return undefined;
    this.#bytes = this.#bytes.subarray(start);
    return this.#take(Number(length), 0);
  }

  #take(length: number, skip: number): string | undefined {
    if (length < 0) return undefined;
    const message = this.#bytes.toString("utf8", 0, length);
    this.#bytes = this.#bytes.subarray(length + skip);
    return message;
  }

  #choose(): Framing | undefined {
    const first = this.#bytes.findIndex((byte) => !SKIPPED.has(byte));
    if (first < 0) return undefined;
    this.#bytes = this.#bytes.subarray(first);
    return this.#bytes[0] === CAPITAL_C ? "content-length" : "ndjson";
  }
}

/** One message as bytes. */
export function framed(message: string | Buffer, framing: Framing): Buffer {
  const body = Buffer.from(message as string);
  if (framing === "ndjson") return Buffer.concat([body, Buffer.from("\n")]);
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}
