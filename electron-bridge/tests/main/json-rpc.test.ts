/** The wire by itself: messages cut anywhere, floods, and a peer that speaks no protocol. */
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { PythonServerError } from "../../src/main/errors.js";
import { connect } from "../../src/main/json-rpc.js";
import { FramingError, MessageSplitter } from "../../src/main/message-splitter.js";

const framed = (message: unknown) => {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
};

describe("messages", () => {
  test("are whole wherever the stream is cut", () => {
    const messages = ["", "안녕", "x".repeat(300)];
    const stream = Buffer.concat(messages.map(framed));
    for (let size = 1; size <= stream.length; size += 1) {
      const got: unknown[] = [];
      const splitter = new MessageSplitter((body) => got.push(JSON.parse(body.toString())));
      for (let at = 0; at < stream.length; at += size) splitter.push(stream.subarray(at, at + size));
      expect(got).toEqual(messages);
    }
  });

  test.each(["Content-Type: x\r\n\r\n", "Content-Length: -1\r\n\r\n", "x".repeat(9000)])(
    "are not looked for behind a header that is none (%#)",
    (text) => {
      const splitter = new MessageSplitter(() => {});
      expect(() => splitter.push(Buffer.from(text))).toThrow(FramingError);
    },
  );
});

function connected() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const story: string[] = [];
  const errors: Error[] = [];
  const connection = connect(input, output, {
    onNotification: (method) => story.push(method),
    onError: (error) => errors.push(error),
  });
  return { input, output, story, errors, connection };
}

describe("a connection", () => {
  test("handles notifications and answers in the order in which they come", async () => {
    const { input, output, story, connection } = connected();
    const answer = connection.request("first").then(() => story.push("answer"));
    const [sent] = (await once(output, "data")) as [Buffer];
    const { id } = JSON.parse(sent.toString().split("\r\n\r\n")[1] ?? "") as { id: number };
    input.write(
      Buffer.concat([
        framed({ jsonrpc: "2.0", method: "before", params: {} }),
        framed({ jsonrpc: "2.0", id, result: null }),
        framed({ jsonrpc: "2.0", method: "after", params: {} }),
      ]),
    );
    await answer;
    await new Promise(setImmediate);
    expect(story).toEqual(["before", "answer", "after"]);
  });

  test("leaves a flood in the pipe while it is busy, and loses nothing of it", async () => {
    const { input, story } = connected();
    const flood = Buffer.concat(
      Array.from({ length: 500 }, (_, index) =>
        framed({ jsonrpc: "2.0", method: `note ${index}`, params: { text: "x".repeat(1000) } }),
      ),
    );
    for (let at = 0; at < flood.length; at += 16_384) input.write(flood.subarray(at, at + 16_384));
    await once(input, "pause");
    expect(story.length).toBeLessThan(500);
    while (story.length < 500) await new Promise(setImmediate);
    expect(story.at(-1)).toBe("note 499");
    expect(input.isPaused()).toBe(false);
  });

  test("rejects what is under way with the reason it was closed for, and everything later", async () => {
    const { connection } = connected();
    const pending = connection.request("first");
    const reason = new PythonServerError("the sidecar was ended by SIGKILL", -32000);
    connection.close(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(connection.request("second")).rejects.toBe(reason);
  });

  test("outlives a pipe that breaks while it writes", async () => {
    const { output, connection, errors } = connected();
    output.destroy(new Error("EPIPE"));
    await new Promise((resolve) => output.once("close", resolve));
    const pending = connection.request("first");
    const reason = new PythonServerError("gone", -32000);
    connection.close(reason);
    await expect(pending).rejects.toBe(reason);
    expect(errors).toEqual([]);
  });

  test("tells what is no JSON", async () => {
    const { input, errors } = connected();
    input.write("Content-Length: 5\r\n\r\nhello");
    await new Promise(setImmediate);
    expect(errors).toHaveLength(1);
  });
});
