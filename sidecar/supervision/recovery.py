"""The automatic restarts of one server: remembers them, and waits for the moment of the next.

Whether there is to be one is decided by `domain.restart_policy`; here are the clock, the chance and
the timer.
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sidecar.domain.restart_policy import Decision, Ending, History, Retry, decide
from sidecar.domain.spec import RestartSettings


class Recovery:
    """Belongs to the event loop's thread."""

    def __init__(self, due: Callable[[], None]) -> None:
        """`due` is called when the moment of a restart has come."""
        self.restarts = 0
        """Automatic restarts since the last start by a client."""
        self.automatic = False
        """Whether nobody has asked for the start under way."""
        self.retry_at: str | None = None
        self._due = due
        self._history = History()
        self._delay = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def asked_to_start(self) -> None:
        """A client takes matters into its own hands: what was before does not count any more."""
        self.forget_timer()
        self.restarts = 0
        self.automatic = False
        self._history = History()

    def starts_by_itself(self) -> None:
        """A start that no client has asked for, and that is no restart."""
        self.asked_to_start()
        self.automatic = True

    def takes_over(self) -> None:
        """What a client asked for has turned into bringing back a server that ended meanwhile."""
        self.automatic = True

    def decide(self, settings: RestartSettings, ending: Ending) -> Decision:
        """Whether the server is to be restarted; if so, `wait` may follow."""
        now, chance = time.monotonic(), random.random()
        decision = decide(settings, self._history, ending, now=now, chance=chance)
        if isinstance(decision, Retry):
            self._history, self._delay = decision.history, decision.delay
        return decision

    def wait(self) -> None:
        """Lets the delay pass that was decided."""
        self.retry_at = _iso_after(self._delay)
        self._timer = asyncio.get_running_loop().call_later(self._delay, self._elapsed)

    def forget_timer(self) -> None:
        """The restart is not wanted any more."""
        self.retry_at = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _elapsed(self) -> None:
        self.forget_timer()
        self.restarts += 1
        self.automatic = True
        self._due()


def _iso_after(seconds: float) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
