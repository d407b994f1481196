"""Prints the monotonic clock, COUNT times, one line every INTERVAL seconds."""

import os
import sys
import time


def main() -> None:
    count, interval = int(sys.argv[1]), float(sys.argv[2])
    for _ in range(count):
        time.sleep(interval)
        os.write(1, b"tick %d\n" % time.monotonic_ns())


if __name__ == "__main__":
    main()
