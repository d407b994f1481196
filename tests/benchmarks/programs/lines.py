"""Writes LINES lines of 100 bytes as fast as the reader takes them.

The lines count from 0 to 9,999 over and over, so that a reader sees a lost one.
"""

import os
import sys

CYCLE = 10_000
LINE_BYTES = 100


def cycle() -> bytes:
    return b"".join(b"%07d %s\n" % (n, b"x" * (LINE_BYTES - 9)) for n in range(CYCLE))


def main() -> None:
    lines = int(sys.argv[1])
    block = cycle()
    for _ in range(lines // CYCLE):
        view = memoryview(block)
        while view:
            view = view[os.write(1, view) :]


if __name__ == "__main__":
    main()
