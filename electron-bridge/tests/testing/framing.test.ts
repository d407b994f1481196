/** Messages are found in a stream of bytes however it is cut. */
import { describe, expect, it } from "vitest";
import { framed, MessageReader } from "../../src/testing/framing.js";

const MESSAGES = ['{"id":1}', '{"text":"한국어 \u{1F680}"}', "[1,2,3]"];

describe.each(["content-length", "ndjson"] as const)("a stream framed by %s", (framing) => {
  const stream = Buffer.concat(MESSAGES.map((message) => framed(message, framing)));

  it.each([1, 2, 3, 7, 1000])("gives its messages in pieces of %i bytes", (size) => {
    const reader = new MessageReader();
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size)
      found.push(...reader.push(stream.subarray(at, at + size)));
    expect(found).toEqual(MESSAGES);
    expect(reader.framing).toBe(framing);
  });
});

describe("a stream of lines", () => {
  it("may begin with a byte order mark and blank lines, and end lines as Windows does", () => {
    const reader = new MessageReader();
    expect(reader.push(Buffer.from('\uFEFF\r\n\n{"id":1}\r\n\r\n{"id":2}'))).toEqual(['{"id":1}\r']);
    expect(reader.rest()).toEqual(['{"id":2}']);
  });
});

describe("a header", () => {
  it("without a length is an error", () => {
    const reader = new MessageReader();
    expect(() => reader.push(Buffer.from("Content-Type: x\r\n\r\n"))).toThrow("without a Content-Length");
  });
});
