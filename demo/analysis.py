"""A server that cannot start: it needs a module that nobody has. The panel says so."""

from importlib import import_module

from fastapi import FastAPI

models = import_module("headband_models")
app = FastAPI(title="Analysis")


@app.get("/")
async def tell() -> dict[str, str]:
    """Which models there are."""
    return {"models": repr(models)}
