/** What a fake server prints: at its start, and what is hard to show. Knows no server. */
import type { FakeLine, FakeServerScript } from "./script.js";

/** As the sidecar decodes bytes that are no UTF-8, with what else a log viewer has to bear. */
export const ODD_LINES: readonly FakeLine[] = [
  "caf\uFFFD: a byte of Latin-1",
  { line: "\uFFFD\uFFFD\uFFFD bytes that are no text", stream: "stderr" },
  "한국어 로그: 서버가 시작됨 \u{1F680}",
  "a zero \u0000, a bell \u0007, a lone\rreturn",
  "\u001B[31mred without an end",
  `<script>alert("markup")</script> & "quotes"`,
  "\u202Eright to left\u202C, e\u0301, \u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
];

/** What uvicorn prints when it starts. */
export function startLines(
  script: FakeServerScript,
  pid: number,
  url: string | undefined,
): readonly FakeLine[] {
  const lines = script.lines ?? [
    { line: `INFO:     Started server process [${pid}]`, stream: "stderr" },
    { line: "INFO:     Waiting for application startup.", stream: "stderr" },
    { line: "INFO:     Application startup complete.", stream: "stderr" },
    { line: `INFO:     Uvicorn running on ${url ?? "no port"} (Press CTRL+C to quit)`, stream: "stderr" },
  ];
  return script.badUtf8 ? [...lines, ...ODD_LINES] : lines;
}
