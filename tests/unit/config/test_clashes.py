"""Two servers that could never run together, since both want one port."""

import pytest

from sidecar.config.catalogue import Catalogue
from tests.unit.config.catalogues import catalogue_of, refusal_of_change, refusal_of_put


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("127.0.0.1", "127.0.0.1", ""),
        ("127.0.0.1", "localhost", " (localhost overlaps with 127.0.0.1)"),
        ("::1", "LOCALHOST", " (LOCALHOST overlaps with ::1)"),
        ("0.0.0.0", "192.168.0.7", " (192.168.0.7 overlaps with 0.0.0.0)"),
        ("192.168.0.7", "::", " (:: overlaps with 192.168.0.7)"),
        ("fe80::1", "fe80:0::1", " (fe80:0::1 overlaps with fe80::1)"),
        ("example.com", "EXAMPLE.com.", " (EXAMPLE.com. overlaps with example.com)"),
    ],
)
def test_two_servers_cannot_have_one_port(one: str, other: str, why: str) -> None:
    servers = {
        "a": {"app": "m:a", "host": one, "port": 8121},
        "b": {"command": ["b"], "host": other, "port": 8121},
    }
    message = (
        f"8121 is also the port of the server 'a'{why}; "
        "give 'b' or 'a' another one, or 0 for any free port"
    )
    assert refusal_of_put(Catalogue(), servers) == ("servers.b.port", message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"port": 8121}, {"port": 8122}),
        ({"port": 0}, {"port": 0}),
        ({"port": 8121, "host": "127.0.0.1"}, {"port": 8121, "host": "192.168.0.7"}),
        ({"port": 8121, "host": "::1"}, {"port": 8121, "host": "127.0.0.2"}),
    ],
)
def test_servers_that_do_not_meet_may_share(
    one: dict[str, object], other: dict[str, object]
) -> None:
    specs = Catalogue().put_json({"a": {"app": "m:a", **one}, "b": {"app": "m:b", **other}})
    assert len(specs) == 2


def test_a_new_server_cannot_take_the_port_of_an_old_one() -> None:
    catalogue = catalogue_of(old={"app": "a:b", "port": 8121})
    field, message = refusal_of_put(catalogue, {"new": {"app": "c:d", "port": 8121}})
    assert field == "servers.new.port"
    assert "'old'" in message


def test_servers_may_swap_their_ports_in_one_request() -> None:
    catalogue = catalogue_of(a={"app": "m:a", "port": 1001}, b={"app": "m:b", "port": 1002})
    catalogue.put_json({"a": {"app": "m:a", "port": 1002}, "b": {"app": "m:b", "port": 1001}})
    assert [spec.port for spec in catalogue.specs.values()] == [1002, 1001]


def test_a_change_cannot_lead_to_a_port_that_is_given_away() -> None:
    catalogue = catalogue_of(
        api={"app": "m:a", "host": "127.0.0.2", "port": 1001}, b={"app": "m:b", "port": 1002}
    )
    assert refusal_of_change(catalogue, {"port": 1002, "host": "0.0.0.0"})[0] == "changes.port"
    assert catalogue.change("api", {"port": 1002}).port == 1002
    assert refusal_of_change(catalogue, {"host": "0.0.0.0"})[0] == "changes.host"
