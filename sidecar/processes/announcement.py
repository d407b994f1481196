"""The pipe on which a server's own process says that it serves."""

import asyncio
import os

ANNOUNCED = b"1"
"""What `launch_uvicorn` writes once this very process serves; anything else settles nothing."""


class Announcement:
    """The reading end; `writer` is for the child and must be closed here once the child has it."""

    def __init__(self) -> None:
        reader, self.writer = os.pipe()
        os.set_blocking(reader, False)
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Future[bytes] = self._loop.create_future()

    def child_has_it(self) -> None:
        """Call after the child was started, or failed to start: then its death is noticed, too."""
        os.close(self.writer)
        self._loop.add_reader(self._reader, self._readable)

    async def wait(self) -> bool:
        """True when the process says that it serves; False if it leaves that open."""
        return await asyncio.shield(self._told) == ANNOUNCED

    def close(self) -> None:
        """Stops listening; whoever waits goes on waiting for something else."""
        if self._reader >= 0:
            self._loop.remove_reader(self._reader)
            os.close(self._reader)
            self._reader = -1

    def _readable(self) -> None:
        told = os.read(self._reader, 1)  # nothing, if the process closed it untold
        self.close()
        if not self._told.done():
            self._told.set_result(told)
