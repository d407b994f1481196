"""The least ASGI app, but that it takes 2 s to start, as one does that has a model to load."""

import time

from hello import app

__all__ = ["app"]

time.sleep(2)
