"""Addresses and URLs that are requested for a tenant's administrator, and those that never are."""

import pytest

from tenant_schema.users.oidc.addresses import UrlRules, is_public

LOCAL = UrlRules(allow_private_networks=True, allow_http=True)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 (nothing listens there)
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "192.0.0.192",
        "192.88.99.1",
        "fec0::1",
        "3fff::1",
        "5f00::1",
        "::ffff:192.0.0.192",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:1::80ff:fffe",
        "localhost",
        "",
    ],
)
def test_other_addresses_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url", ["https://login.example", "https://login.example:8443/realms/a?b=c", "https://[2606:2800::1]/x"]
)
def test_https_urls_are_accepted(url: str) -> None:
    assert UrlRules().problem_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example",
        "ftp://login.example",
        "file:///etc/passwd",
        "gopher://login.example",
        "login.example",
        "https://",
        "https:///path",
        "https://user@login.example",
        "https://login.example#x",
        "https://login.example\\@evil.example",
        "https://login.example/\r\nx: y",
        "https://login.example/ x",
        "https://login.example:port",
        "https://lögin.example",
        "https://" + "x" * 2_000,
        "http://localhost",
        "javascript:alert(1)",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    assert UrlRules().problem_of(url) is not None


def test_http_is_accepted_for_this_machine_in_local_use_alone() -> None:
    for url in (
        "http://localhost:3000",
        "http://127.0.0.1:3000/x",
        "http://[::1]:3000",
        "http://op.localhost",
    ):
        assert LOCAL.problem_of(url) is None
        assert UrlRules(allow_private_networks=True).problem_of(url) is not None
    assert LOCAL.problem_of("http://login.example") is not None
    assert LOCAL.problem_of("http://10.0.0.1") is not None
