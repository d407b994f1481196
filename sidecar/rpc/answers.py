"""What the answers to methods hold that is put together here: outcomes and settings."""

from typing import Any

from sidecar.domain.outcome import Outcome
from sidecar.rpc.notifications import status_to_wire
from sidecar.supervision.server import ManagedServer

Json = Any


def settings_to_wire(server: ManagedServer) -> dict[str, Json]:
    """What the next start of a server goes by, of that which every client may change."""
    spec = server.spec
    restart = spec.restart
    return {
        "name": spec.name,
        "port": server.next_port,
        "host": spec.host,
        "portConflict": spec.port_conflict,
        "autostart": spec.autostart,
        "restart": {
            "policy": restart.policy,
            "max": restart.max,
            "window": restart.window,
            "backoff": [restart.first, restart.factor, restart.longest],
        },
    }


def control_response(server: ManagedServer, outcome: Outcome) -> dict[str, Json]:
    """How a command went, and the server after it."""
    response: dict[str, Json] = {
        "success": outcome.success,
        "message": outcome.message,
        "status": status_to_wire(server.status()),
    }
    failure = outcome.failure
    if failure is not None:
        error: dict[str, Json] = {"code": failure.code}
        if failure.hint is not None:
            error["hint"] = failure.hint
        if failure.data:
            error["data"] = dict(failure.data)
        response["error"] = error
    return response
