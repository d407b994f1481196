"""The tables of the IPC channels in protocol.md, read from the TypeScript that the windows go by.

The channels are those of `electron-bridge/src/shared/channels.ts`, their names on the page those
of the preload.
"""

import re
from pathlib import Path

from protocol_tables import type_of
from schema_markdown import table

SOURCES = Path(__file__).parents[1] / "electron-bridge/src"
_PAIR = re.compile(r'^ +"?(?P<key>[\w-]+)"?: "(?P<value>[\w-]+)",$', re.MULTILINE)
_PAYLOAD = re.compile(r'^ +"(?P<key>[\w-]+)": (?P<value>\w+);$', re.MULTILINE)
_LISTENER = re.compile(r'\b(?P<value>on[A-Z]\w+): \(callback\)|subscribe\("(?P<key>[\w-]+)"')
_CONSTANT = re.compile(r'^export const (?P<key>\w+_CHANNEL) = "(?P<value>[\w-]+)"', re.MULTILINE)


def ipc_invoke_channels() -> str:
    """What a window can ask: the channel, the method behind it, and its name on the page."""
    methods = _pairs(_PAIR, _block("shared/channels.ts", "INVOKE_CHANNELS"))
    of_preload = _pairs(_PAIR, _block("preload/index.ts", "CHANNELS"))
    on_page = {channel: name for name, channel in of_preload.items()}
    rows = [
        [f"`{channel}`", f"[`{method}`](#{method})", f"`{on_page[channel]}`"]
        for channel, method in methods.items()
    ]
    own = _pairs(_CONSTANT, _source("shared/channels.ts"))["GET_SIDECAR_STATUS_CHANNEL"]
    rows.append([f"`{own}`", "answered by the main process", "`getSidecarStatus`"])
    return table(["channel", "what is asked", "`window.pythonServer`"], rows)


def ipc_notification_channels() -> str:
    """What a window is told, and who hears it on the page."""
    payloads = _pairs(_PAYLOAD, _block("shared/channels.ts", "NotificationPayloads"))
    listeners = _listeners()
    rows: list[list[str]] = []
    for channel, payload in payloads.items():
        # The one that the sidecar does not send: it is about the sidecar.
        own = payload == "SidecarStatus"
        shape = "`{status, pid?, message?}`" if own else type_of({"$ref": f"#/{payload}"})
        names = " and ".join(f"`{name}`" for name in listeners[channel])
        rows.append([f"`{channel}`", shape, names])
    return table(["channel", "payload", "`window.pythonServer`"], rows)


def _listeners() -> dict[str, list[str]]:
    """The listeners of the page by channel; several may share one."""
    found: dict[str, list[str]] = {}
    name = ""
    for match in _LISTENER.finditer(_source("shared/make-api.ts")):
        if match["key"]:
            found.setdefault(match["key"], []).append(name)
        else:
            name = match["value"]
    return found


def _source(path: str) -> str:
    return (SOURCES / path).read_text("utf-8")


def _block(path: str, name: str) -> str:
    """The lines between the braces of a declaration at the top level."""
    found = re.search(rf"\b{name}\b[^{{;]*\{{\n(.*?)^\}}", _source(path), re.DOTALL | re.MULTILINE)
    if found is None:
        raise LookupError(f"{path} declares no {name}")
    return found[1]


def _pairs(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    found = {match["key"]: match["value"] for match in pattern.finditer(text)}
    if not found:
        raise LookupError(f"nothing like {pattern.pattern} was found")
    return found
