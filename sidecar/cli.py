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

FLAGS = frozenset({"--open"})
"""The options of commands that take no value."""

HIGHEST_PORT = 65535


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
        case "web":
            return _web(options, streams)
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
    web = commands.add_parser(
        "web", parents=[common], help="the panel as a web page, and JSON-RPC on a WebSocket"
    )
    web.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    web.add_argument(
        "--port", type=_port, help="the port to listen on, 0: any free one (default: 8765)"
    )
    web.add_argument("--open", action="store_true", help="open the panel in the browser")
    commands.add_parser(
        "check", parents=[common], help="validate a configuration and print what it means"
    )
    commands.add_parser("console", parents=[common], help="an interactive client for people")
    call = commands.add_parser("call", parents=[common], help="one request, for scripts")
    call.add_argument("method", metavar="METHOD")
    call.add_argument("params", metavar="JSON", nargs="?", help="its params, an object or an array")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {HIGHEST_PORT}")
    return int(text)


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
        position += 1 if "=" in argument or argument in FLAGS else 2
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


def _web(options: argparse.Namespace, streams: Streams) -> int:
    gc.disable()  # as for stdio
    from sidecar.bootstrap import run_web

    try:
        return run_web(
            streams.input, options.config, options.host, options.port, browser=options.open
        )
    except SidecarError as error:
        return _refuse(str(error))


def _check(config: Path | None) -> int:
    from sidecar.config.check import describe
    from sidecar.config.loader import ConfigFileError, load_configuration

    if config is None:
        return _refuse("sidecar check: --config FILE is missing; name the file to look at")
    try:
        configuration = load_configuration(config)
    except ConfigFileError as error:
        return _refuse(str(error))
    sys.stdout.write(describe(config, configuration) + "\n")
    return EXIT_OK


def _refuse(message: str) -> int:
    sys.stderr.write(message + "\n")
    return EXIT_USAGE


def _stdio_arguments(options: argparse.Namespace) -> list[str]:
    """What a client that launches `sidecar stdio` hands on to it."""
    config = [] if options.config is None else ["--config", str(options.config)]
    return [*config, "--log-level", options.log_level]
