"""A server that cannot start: it needs a module that nobody has. The panel says so."""

import headband_models  # pyright: ignore[reportMissingImports] - that it is missing is the point
from fastapi import FastAPI

app = FastAPI(title="Analysis")


@app.get("/")
async def classify() -> dict[str, str]:
    """What the model makes of it."""
    return {"state": headband_models.classify()}
