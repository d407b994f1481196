"""A small ASGI app: prints when it starts, answers everything, and floods its log on `/flood/N`."""

print("안녕하세요, 서버입니다", flush=True)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("goodbye", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"].startswith("/flood/"):
        lines = int(scope["path"].removeprefix("/flood/"))
        print("\n".join(f"line {number} of a flood" for number in range(lines)), flush=True)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
