"""Runs the tour: exit code 0 when everything that was claimed was seen, else 1."""

import asyncio
import sys

from demo.tour.story import CONFIG, Setback, Story
from demo.tour.view import View
from sidecar.client import RpcError, SidecarClient, SidecarGone


async def main() -> int:
    """Launch a sidecar, tell the story, judge it."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="replace")  # an old code page has no arrows
    view = View()
    view.explain()
    async with await SidecarClient.launch("--config", str(CONFIG)) as client:
        client.trace = view.trace
        story = Story(client, view)
        try:
            await story.tell()
        except (Setback, RpcError, SidecarGone, TimeoutError, OSError) as error:
            story.check("the tour ran to its end", False, repr(error))
    view.verdict(story.checks)
    return 0 if all(held for _, held, _ in story.checks) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
