"""The commands and their options, and nothing else."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sidecar import __version__
from sidecar.domain.errors import SidecarError
from sidecar.streams import Streams

EXIT_OK = 0
EXIT_USAGE = 2

DEFAULT_COMMAND = "stdio"


def main(arguments: Sequence[str], streams: Streams) -> int:
    """Runs one command; returns the exit code.

    Raises:
        SystemExit: wrong usage (2), `--help` or `--version` (0).
    """
    if _talks_to_people(arguments):
        streams.give_back()
    options = _parser().parse_args(_with_command(arguments))
    logging.basicConfig(
        level=options.log_level.upper(),
        format="%(asctime)s sidecar %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    match options.command:
        case "check":
            return _check(options.config)
        case "call":
            from sidecar.console.call import call

            return call(options.method, options.params, _stdio_arguments(options))
        case "console":
            from sidecar.console.repl import run_console

            return run_console(_stdio_arguments(options))
        case _:
            return _stdio(options, streams)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where more is to be learnt."""

    def error(self, message: str) -> NoReturn:
        """Ends with the exit code of wrong usage."""
        self.exit(EXIT_USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    versioned = _Parser(add_help=False)
    versioned.add_argument("--version", action="version", version=f"sidecar {__version__}")
    common = _Parser(add_help=False, parents=[versioned])
    common.add_argument("--config", metavar="FILE", type=Path, help="the servers, in TOML")
    common.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default="warning",
        help="how much the sidecar says of itself on stderr (default: %(default)s)",
    )
    parser = _Parser(
        prog="sidecar",
        description="Starts, watches and stops Python servers for a desktop app.",
        epilog="Without a command: stdio. Each command has a --help of its own.",
        parents=[versioned],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    stdio = commands.add_parser(
        "stdio", parents=[common], help="JSON-RPC 2.0 on stdin and stdout, for one client"
    )
    stdio.add_argument(
        "--framing",
        choices=["ndjson", "content-length", "auto"],
        default="auto",
        help="where a message ends (default: as the client's first byte tells)",
    )
    commands.add_parser(
        "check", parents=[common], help="validate a configuration and print what it means"
    )
    commands.add_parser("console", parents=[common], help="an interactive client for people")
    call = commands.add_parser("call", parents=[common], help="one request, for scripts")
    call.add_argument("method", metavar="METHOD")
    call.add_argument("params", metavar="JSON", nargs="?", help="its params, an object or an array")
    return parser


def _with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with the command first, wherever it stood, and `stdio` if there is none."""
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        if argument in ("-h", "--help", "--version"):
            return list(arguments)
        if not argument.startswith("-"):
            rest = [*arguments[:position], *arguments[position + 1 :]]
            return [argument, *rest]
        position += 1 if "=" in argument else 2  # every other option takes a value
    return [DEFAULT_COMMAND, *arguments]


def _talks_to_people(arguments: Sequence[str]) -> bool:
    """Whether stdout is for people; otherwise it belongs to the protocol."""
    asks = any(argument in ("-h", "--help", "--version") for argument in arguments)
    return asks or _with_command(arguments)[0] != DEFAULT_COMMAND


def _stdio(options: argparse.Namespace, streams: Streams) -> int:
    gc.disable()  # importing makes no garbage; `run_stdio` turns the collector on again
    from sidecar.bootstrap import run_stdio

    framing = None if options.framing == "auto" else options.framing
    try:
        return run_stdio(streams, options.config, framing)
    except SidecarError as error:
        return _refuse(str(error))


def _check(config: Path | None) -> int:
    from sidecar.config.check import describe
    from sidecar.config.loader import ConfigFileError, load

    if config is None:
        return _refuse("sidecar check: --config FILE is missing; name the file to look at")
    try:
        catalogue = load(config)
    except ConfigFileError as error:
        return _refuse(str(error))
    sys.stdout.write(describe(config, catalogue) + "\n")
    return EXIT_OK


def _refuse(message: str) -> int:
    sys.stderr.write(message + "\n")
    return EXIT_USAGE


def _stdio_arguments(options: argparse.Namespace) -> list[str]:
    """What a client that launches `sidecar stdio` hands on to it."""
    config = [] if options.config is None else ["--config", str(options.config)]
    return [*config, "--log-level", options.log_level]
