"""The sidecar as a web page: the panel, and the protocol on a WebSocket."""
