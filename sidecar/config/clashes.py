"""Servers that could never run together because both want the same port.

What another program holds is not seen here, but when the server starts.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sidecar.config.rules import canonical_ipv6
from sidecar.domain.spec import WILDCARD_HOSTS, ServerSpec

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Clash(NamedTuple):
    """`newcomer` cannot have its port, because `holder` is configured to have it."""

    newcomer: str
    message: str


def clashes(specs: Mapping[str, ServerSpec], newcomers: Collection[str]) -> list[Clash]:
    """The clashes of `newcomers`, which are among `specs`, with the rest and one another."""
    seen: dict[int, list[ServerSpec]] = {}
    found: list[Clash] = []
    order = sorted(specs.values(), key=lambda spec: spec.name in newcomers)
    for spec in order:
        holders = seen.setdefault(spec.port, []) if spec.port else []
        holder = next((other for other in holders if _overlap(spec.host, other.host)), None)
        if holder is not None:
            found.append(Clash(spec.name, _message(spec, holder)))
        holders.append(spec)
    return found


def _message(spec: ServerSpec, holder: ServerSpec) -> str:
    hosts = "" if spec.host == holder.host else f" ({spec.host} overlaps with {holder.host})"
    return (
        f"{spec.port} is also the port of the server {holder.name!r}{hosts}; "
        f"give {spec.name!r} or {holder.name!r} another one, or 0 for any free port"
    )


def _overlap(one: str, other: str) -> bool:
    hosts = {_canonical(one), _canonical(other)}
    return len(hosts) == 1 or bool(hosts & WILDCARD_HOSTS) or hosts <= _LOOPBACK


def _canonical(host: str) -> str:
    return canonical_ipv6(host) or host.lower().rstrip(".")
