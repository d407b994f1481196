"""The least ASGI app there is: what a start of it costs is the floor of every start.

It answers with its process id.
"""

import os

BODY = b"%d" % os.getpid()
HEADERS = [(b"content-length", b"%d" % len(BODY))]


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
