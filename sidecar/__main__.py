"""`python -m sidecar`: takes the standard streams over, then hands on to the commands."""

from sidecar import streams

_streams = streams.take_over()


def main() -> None:
    """The entry point of the `sidecar` script, too."""
    import sys

    from sidecar import cli

    sys.exit(cli.main(sys.argv[1:], _streams))


if __name__ == "__main__":
    main()
