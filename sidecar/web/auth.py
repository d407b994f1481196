"""Who is let in: whoever holds the link of the moment, and from then on the cookie it became.

A link carries a token that works once. What is kept here lives as long as the sidecar and is
written nowhere. Knows nothing of HTTP but the name of the cookie.
"""

import hmac
import secrets

from sidecar.rpc.policy import VISITOR, Policy

SECRET_BYTES = 32


class Sessions:
    """The browsers that have been let in, and the token that lets in the next one."""

    def __init__(self, port: int) -> None:
        """`port` goes into the cookie's name: browsers keep one jar for all ports of a host."""
        self.cookie = f"sidecar_session_{port}"
        self._token: str | None = None
        self._sessions: list[str] = []

    def new_token(self) -> str:
        """A token for one browser; one given out before that nobody has used is void now."""
        self._token = secrets.token_urlsafe(SECRET_BYTES)
        return self._token

    def redeem(self, token: str) -> str | None:
        """The secret for the cookie of whoever brings the token of the moment; else None."""
        if self._token is None or not _same(token, self._token):
            return None
        self._token = None
        session = secrets.token_urlsafe(SECRET_BYTES)
        self._sessions.append(session)
        return session

    def policy_of(self, secret: str | None) -> Policy | None:
        """What whoever brings the cookie may do; None if it is not known."""
        if secret is None or not any(_same(secret, one) for one in self._sessions):
            return None
        return VISITOR


def _same(given: str, kept: str) -> bool:
    """Takes as long for a near miss as for a wild guess."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), kept.encode())
