"""The sidecar for people at a terminal: an interactive console, and one request for scripts.

Both are ordinary clients: they launch ``sidecar stdio`` and know of it only what the protocol says.
Import from the modules: `call` stays quick because it never loads what `repl` needs.
"""
