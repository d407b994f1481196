"""Marks, and what the sidecar and its guardian say to each other."""

import re

from sidecar.processes.guarding import guard_protocol, marks


def test_every_mark_is_new_and_safe_in_an_environment() -> None:
    found = {marks.new_mark() for _ in range(1000)}
    assert len(found) == 1000
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in found)


def test_the_mark_of_a_run_begins_with_its_guardians() -> None:
    assert marks.of_run("abc", "def") == "abc:def"


def test_a_launch_arrives_as_it_was_sent() -> None:
    launch = ([b"serve", b""], {b"A": b"", b"B": b"\n=\xff"}, b"/tmp", True)
    message = guard_protocol.launch_message(launch)
    head, body = message[: guard_protocol.LENGTH_BYTES], message[guard_protocol.LENGTH_BYTES :]
    assert guard_protocol.body_length(head) == len(body)
    assert guard_protocol.read_launch(body) == launch


def test_a_report_is_one_line() -> None:
    assert guard_protocol.report("exit", -9, 0.5, 12) == b"exit -9 0.5 12\n"
    assert guard_protocol.report("abandoned") == b"abandoned\n"
