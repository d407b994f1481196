"""What one process is asked: whether it is ready, whether it is well; and that it is really it.

An answer proves little by itself: a socket that was handed over accepts before the program is up,
an old process may answer for its successor, and another program may have the port. A launcher that
has announced itself is this very process; for the rest one looks who has accepted.
"""

from collections.abc import Iterator

from sidecar.domain.spec import HealthCheck, ServerSpec
from sidecar.processes.listening import ports
from sidecar.processes.listening.ownership import Acceptance, SocketAddress, acceptance, listens
from sidecar.processes.readiness import about_health, about_readiness, ask
from sidecar.processes.threads import in_thread

LOOK_SECONDS = 5.0
"""To find out whose a socket is takes some milliseconds, more on a machine in trouble."""


class Questions:
    """To the process that was launched with these settings."""

    def __init__(
        self, spec: ServerSpec, port: int, door: tuple[str, int] | None, *, handed_over: bool
    ) -> None:
        """`door` is an address of this process alone; `handed_over` that its sockets are shared."""
        self.announced = False
        """Whether the process has said by itself that it serves."""
        self._spec = spec
        self._port = port
        self._door = door
        self._handed_over = handed_over

    async def is_ready(self, keeper_pid: int | None) -> str | None:
        """None if this very process is ready, else what is missing."""
        if self.announced:
            return await ask(about_readiness(self._spec, self._port, self._door))
        question = about_readiness(self._spec, self._port)
        if not self._handed_over:
            missing = await ask(question)
            return missing or await in_thread(lambda: self._stranger(keeper_pid), LOOK_SECONDS)

        async def accepted(local: SocketAddress, peer: SocketAddress) -> Acceptance:
            def look() -> Acceptance:
                return acceptance(_members(keeper_pid), local, peer)

            return await in_thread(look, LOOK_SECONDS)

        return await ask(question, accepted)

    async def is_healthy(self, health: HealthCheck) -> str | None:
        """None if it answers as it should, else what it did instead."""
        return await ask(about_health(self._spec, self._port, health))

    def _stranger(self, keeper_pid: int | None) -> str | None:
        """Whether it is known that another program has the port."""
        if listens(_members(keeper_pid), self._port):
            return None
        holder = ports.find_holder(self._spec.host, self._port)
        if holder.pid is None:
            return None
        return f"another program answers on port {self._port}: {holder}"


def _members(keeper_pid: int | None) -> Iterator[int]:
    """Lazily: who belongs to the server need not be known while nobody has accepted."""
    from sidecar.processes.guarding import system  # not before a command starts

    if keeper_pid is not None:
        yield from system.descendants(keeper_pid)
