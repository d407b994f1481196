"""Prints RATE numbered lines of 100 bytes a second until it is told to stop; the last one is whole.

What it could not write in time, because nobody read, it makes up for.
"""

import os
import signal
import sys
import time

LINE_BYTES = 100
# One write per tick.
TICK = 0.005

_asked_to_stop = False


def _stop(*_: object) -> None:
    global _asked_to_stop
    _asked_to_stop = True


def main() -> None:
    rate = int(sys.argv[1])
    signal.signal(signal.SIGTERM, _stop)
    filler = b"x" * (LINE_BYTES - len(b"line 0000000000 \n"))
    begin, written = time.monotonic(), 0
    while not _asked_to_stop:
        due = int((time.monotonic() - begin) * rate)
        block = b"".join(b"line %010d %s\n" % (n, filler) for n in range(written + 1, due + 1))
        view = memoryview(block)
        while view:
            view = view[os.write(1, view) :]
        written = due
        time.sleep(TICK)


if __name__ == "__main__":
    main()
