"""Which host was asked for and who asked, with and without proxies in between."""

from ipaddress import ip_network

import pytest

from api.requests.addresses import client_address, is_proxy, requested_host
from central.errors import InvalidHost

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]


@pytest.mark.parametrize(
    ("headers", "behind_proxy", "host"),
    [
        ([(b"host", b"acme.localhost")], False, b"acme.localhost"),
        ([(b"host", b"acme.localhost"), (b"x-forwarded-host", b"demo.localhost")], False, b"acme.localhost"),
        ([(b"host", b"inner"), (b"x-forwarded-host", b"demo.localhost")], True, b"demo.localhost"),
        ([(b"host", b"acme.localhost")], True, b"acme.localhost"),
    ],
)
def test_the_host_is_the_header_s_or_a_trusted_proxy_s(
    headers: list[tuple[bytes, bytes]], behind_proxy: bool, host: bytes
) -> None:
    assert requested_host(headers, behind_proxy=behind_proxy) == host


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"a.localhost"), (b"host", b"b.localhost")],
        [(b"host", b"a.localhost"), (b"host", b"a.localhost")],
        [(b"host", b"a"), (b"x-forwarded-host", b"b"), (b"x-forwarded-host", b"c")],
        [(b"host", b"a"), (b"host", b"b"), (b"x-forwarded-host", b"c")],
    ],
)
def test_no_host_or_several_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(InvalidHost):
        requested_host(headers, behind_proxy=True)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", b"6.6.6.6", "203.0.113.5"),
        ("10.0.0.2", b"6.6.6.6", "6.6.6.6"),
        ("10.0.0.2", b"6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", b"203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("10.0.0.2", b"10.3.3.3", "10.3.3.3"),
        ("10.0.0.2", b"unknown", "10.0.0.2"),
        ("10.0.0.2", b"203.0.113.9, <script>", "10.0.0.2"),
        ("2001:db8::1", b"2001:4860::8888", "2001:4860::8888"),
        ("", b"6.6.6.6", ""),
    ],
)
def test_the_address_is_the_nearest_that_is_no_proxy_s(peer: str, forwarded: bytes, address: str) -> None:
    assert client_address(peer, [(b"x-forwarded-for", forwarded)], PROXIES) == address


def test_without_proxies_nobody_is_one() -> None:
    assert not is_proxy("127.0.0.1", [])
    assert not is_proxy("a socket", PROXIES)
