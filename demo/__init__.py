"""What the sidecar does, shown on a real FastAPI server: ``python -m demo``, or ``make demo``."""
