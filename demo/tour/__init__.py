"""The protocol, shown message by message on a real FastAPI server: ``python -m demo.tour``."""
