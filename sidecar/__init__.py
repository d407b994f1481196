"""Starts, watches and stops Python servers for a desktop app, over JSON-RPC on standard streams."""

__version__ = "0.1.0"
