"""The token of the moment, and the sessions it becomes."""

import pytest

from sidecar.rpc.policy import VISITOR
from sidecar.web.auth import Sessions


def test_a_token_becomes_a_session_once(sessions: Sessions) -> None:
    token = sessions.new_token()
    session = sessions.redeem(token)
    assert session is not None
    assert session != token
    assert sessions.policy_of(session) is VISITOR
    assert sessions.redeem(token) is None


@pytest.mark.parametrize("guess", ["", "guess", "토큰", "\udc80", "A" * 100_000])
def test_what_was_not_given_out_is_worth_nothing(sessions: Sessions, guess: str) -> None:
    assert sessions.redeem(guess) is None
    token = sessions.new_token()
    assert sessions.redeem(guess) is None
    assert sessions.redeem(token) is not None, "a wrong guess spoils nothing"
    assert sessions.policy_of(guess) is None


def test_without_a_cookie_there_is_no_session(sessions: Sessions) -> None:
    sessions.redeem(sessions.new_token())
    assert sessions.policy_of(None) is None


def test_a_new_token_ends_the_one_before_but_no_session(sessions: Sessions) -> None:
    first = sessions.redeem(sessions.new_token())
    old, new = sessions.new_token(), sessions.new_token()
    assert sessions.redeem(old) is None
    second = sessions.redeem(new)
    assert second not in (None, first)
    assert sessions.policy_of(first) is sessions.policy_of(second) is VISITOR


def test_two_sidecars_on_one_computer_have_cookies_of_their_own() -> None:
    # Browsers tell cookies apart by the host alone, not by its port.
    assert Sessions(8765).cookie != Sessions(8766).cookie
