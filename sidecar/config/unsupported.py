"""What the configuration format has but this version cannot do yet.

The one list of it: whatever is named here is refused with a message of its own, so that nothing is
accepted and then ignored.
"""

TOP_LEVEL_KEYS = frozenset({"registry", "supervisor"})

WEB_KEYS = frozenset({"users"})
"""Tables below `[web]`."""


def refusal(what: str) -> str:
    """What the writer of the setting is told."""
    return f"{what} is not supported by this version; leave it out"
