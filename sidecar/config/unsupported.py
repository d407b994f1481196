"""What the configuration format has but this version cannot do yet.

The one list of it: whatever is named here is refused with a message of its own, so that nothing is
accepted and then ignored. To support a setting, delete it here and add it to `settings`.
"""

SERVER_KEYS = frozenset({"health", "restart", "reload", "watch", "handoff"})
TOP_LEVEL_KEYS = frozenset({"registry", "supervisor", "web"})
PLACEHOLDERS = ("{fd}",)


def refusal(what: str) -> str:
    """What the writer of the setting is told."""
    return f"{what} is not supported by this version; leave it out"
