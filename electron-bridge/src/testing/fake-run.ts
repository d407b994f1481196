/** What a fake server does by itself while it runs: it crashes, it prints without end. Knows no server. */
import { Pause } from "./pause.js";
import type { FakeServerScript } from "./script.js";

/** Many turns would cost more than the lines; few would make a flood come in gulps. */
const FLOOD_TURNS_PER_SECOND = 20;

/** Begins what `script` says, until the returned function is called. */
export function beginRun(
  script: FakeServerScript,
  crash: () => void,
  print: (lines: string[]) => void,
): () => void {
  const { crashesAfterSeconds, floodLinesPerSecond } = script;
  const ends: (() => void)[] = [];
  if (crashesAfterSeconds !== undefined) {
    const pause = new Pause(crashesAfterSeconds);
    ends.push(() => pause.cut());
    void pause.over.then((over) => over && crash());
  }
  if (floodLinesPerSecond) ends.push(flood(floodLinesPerSecond, print));
  return () => {
    for (const end of ends) end();
  };
}

function flood(linesPerSecond: number, print: (lines: string[]) => void): () => void {
  let printed = 0;
  let owed = 0;
  const timer = setInterval(() => {
    owed += linesPerSecond / FLOOD_TURNS_PER_SECOND;
    const lines: string[] = [];
    for (; owed >= 1; owed -= 1) lines.push(`INFO:     flood, line ${++printed}`);
    if (lines.length > 0) print(lines);
  }, 1000 / FLOOD_TURNS_PER_SECOND);
  return () => clearInterval(timer);
}
