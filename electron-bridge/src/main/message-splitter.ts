/** Cuts a stream of bytes with `Content-Length` headers into messages. Knows nothing of their content. */

const HEADER_END = Buffer.from("\r\n\r\n");

/** A header this long is none: whatever speaks there is not the sidecar. */
const LONGEST_HEADER = 8 * 1024;

/** What came is no message with a header. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}

/** Takes chunks, gives bodies. */
export class MessageSplitter {
  readonly #onBody: (body: Buffer) => void;
  #header: Buffer = Buffer.alloc(0);
  #missing: number | undefined;
  // A list of chunks, joined once: joining at every chunk would be quadratic for a large body.
  #chunks: Buffer[] = [];

  constructor(onBody: (body: Buffer) => void) {
    this.#onBody = onBody;
  }

  /** The beginning of what came and is no message so far, to tell a person. */
  get unread(): string {
    return this.#header.toString("utf8").trim().slice(0, 80);
  }

  /** Takes the next bytes in; throws FramingError when they are no messages. */
  push(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk;
    while (rest && rest.length > 0) {
      rest = this.#missing === undefined ? this.#readHeader(rest) : this.#readBody(rest, this.#missing);
    }
  }

  #readHeader(chunk: Buffer): Buffer | undefined {
    const bytes = this.#header.length > 0 ? Buffer.concat([this.#header, chunk]) : chunk;
    this.#header = bytes;
    const end = bytes.indexOf(HEADER_END);
    if (end < 0) {
      if (bytes.length > LONGEST_HEADER) throw new FramingError("a header without an end");
      return undefined;
    }
    const length = /^content-length: *(\d+) *$/im.exec(bytes.toString("latin1", 0, end))?.[1];
    if (length === undefined) throw new FramingError("a header without Content-Length");
    this.#header = Buffer.alloc(0);
    this.#missing = Number(length);
    return bytes.subarray(end + HEADER_END.length);
  }

  #readBody(chunk: Buffer, missing: number): Buffer | undefined {
    if (chunk.length < missing) {
      this.#chunks.push(chunk);
      this.#missing = missing - chunk.length;
      return undefined;
    }
    const last = chunk.subarray(0, missing);
    const body = this.#chunks.length > 0 ? Buffer.concat([...this.#chunks, last]) : last;
    this.#chunks = [];
    this.#missing = undefined;
    this.#onBody(body);
    return chunk.subarray(missing);
  }
}
