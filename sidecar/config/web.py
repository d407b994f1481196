"""The settings of `sidecar web`: the table `[web]`, which concerns no server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from sidecar.config.kinds import Text, about
from sidecar.config.numeric import Whole
from sidecar.config.problems import TOML, Problem
from sidecar.config.rules import host_problems
from sidecar.config.shape import read_table
from sidecar.config.unsupported import WEB_KEYS, refusal


@dataclass(slots=True, eq=False, repr=False)
class WebSettings:
    """Where the panel is served."""

    host: str = field(
        default="127.0.0.1",
        metadata=about(
            Text('an address or a host name, such as "127.0.0.1"', r"[^\s/]+"),
            "The address that `sidecar web` listens on: in this version one of this computer "
            "alone. `--host` wins over it.",
        ),
    )
    port: int = field(
        default=8765,
        metadata=about(
            Whole(0, 65535),
            "The port that `sidecar web` listens on; 0: any free one. `--port` wins over it.",
        ),
    )


def read_web(raw: object) -> tuple[WebSettings, list[Problem]]:
    """The settings in the table, and everything that is wrong with it."""
    if not isinstance(raw, Mapping):
        return WebSettings(), [Problem((), "should be a table; write its keys below [web]")]
    written = cast(Mapping[str, object], raw)
    refused = [Problem((key,), refusal(f"[web.{key}]")) for key in written if key in WEB_KEYS]
    known = {key: value for key, value in written.items() if key not in WEB_KEYS}
    given, problems = read_table(WebSettings, known, TOML)
    settings = WebSettings(**given)
    return settings, [*refused, *problems, *host_problems(settings.host)]
