"""The HTTP requests that clients send to one server, and why one cannot be answered.

Whether a server is well is for its health check alone to say: nothing that happens here counts.
"""

from sidecar.domain.errors import NoAnswer
from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.phases import Status
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.interfaces import Processes

MOST_AT_ONCE = 64
"""More than a person or a page has under way; a server that hangs cannot collect them for ever."""


class Exchanges:
    """Those with one server; the caller knows how it is and where it listens."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._under_way = 0

    async def send(
        self, status: Status, spec: ServerSpec, port: int, request: HttpRequest
    ) -> HttpResponse:
        """The server's answer, whatever its status.

        Raises:
            NoAnswer: it is not `running`, or there was no answer in time, or only a part of one.
        """
        if status is not Status.RUNNING:
            raise NoAnswer(_not_running(spec.name, status))
        if not port:
            raise NoAnswer(f"{spec.name} listens on no port, so it cannot be asked")
        if self._under_way >= MOST_AT_ONCE:
            raise NoAnswer(
                f"{spec.name} has {MOST_AT_ONCE} requests to answer already; "
                "wait for one of them to end, or restart it if it hangs"
            )
        self._under_way += 1
        try:
            return await self._processes.send(spec, port, request)
        finally:
            self._under_way -= 1


def _not_running(name: str, status: Status) -> str:
    match status:
        case Status.STARTING:
            return f"{name} is starting, so it cannot answer yet; ask again once it is running"
        case Status.STOPPING:
            return f"{name} is stopping, so it answers no more; start it again"
        case _:
            return f"{name} is not running, so it cannot answer; start it first"
