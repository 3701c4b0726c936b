"""Host names: one canonical form for every way of writing a name, and nothing else gets through."""

import re
import string
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from central.errors import InvalidDomain, InvalidHost
from central.hostnames import (
    MAX_NAME,
    parse_base_domain,
    parse_domain,
    parse_host,
    parse_tenant_domain,
    tenant_label,
)

BASES = ("example.com", "localhost", "eu.example.com")

LABELS = st.from_regex(r"[a-z](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
PORTS = st.integers(1, 65535).map(lambda port: f":{port}") | st.just("")

CANONICAL = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*|[0-9a-f:.]+")


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("acme.localhost", "acme.localhost"),
        ("ACME.LocalHost", "acme.localhost"),
        ("acme.localhost:8000", "acme.localhost"),
        ("acme.localhost:65535", "acme.localhost"),
        ("acme.localhost.", "acme.localhost"),
        ("acme.localhost.:8000", "acme.localhost"),
        ("localhost", "localhost"),
        ("a.b.c.d.example.com", "a.b.c.d.example.com"),
        ("b\u00fccher.example.com", "xn--bcher-kva.example.com"),
        ("B\u00dcCHER.example.com", "xn--bcher-kva.example.com"),
        ("XN--BCHER-KVA.example.com", "xn--bcher-kva.example.com"),
        ("fa\u00df.de", "xn--fa-hia.de"),
        ("\u4f8b\u3048.\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::1]:8000", "::1"),
        ("[0:0:0:0:0:0:0:1]:80", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("x" * 63 + ".com", "x" * 63 + ".com"),
        ("1acme.example", "1acme.example"),
    ],
)
def test_every_way_of_writing_a_host_has_one_canonical_form(header: str, host: str) -> None:
    assert parse_host(header) == host
    assert parse_host(header.encode()) == host


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        ".",
        "..",
        ":",
        ":8000",
        "acme.localhost:",
        "acme.localhost:0",
        "acme.localhost:65536",
        "acme.localhost:+80",
        "acme.localhost:\u0661",
        "acme.localhost:80:80",
        "acme.localhost..",
        ".acme.localhost",
        "acme..localhost",
        " acme.localhost",
        "acme.localhost ",
        "acme .localhost",
        "acme.localhost\0",
        "acme\0.localhost",
        "acme.localhost\r\nX: y",
        "acme.localhost\n",
        "acme\t.localhost",
        "acme_corp.localhost",
        "-acme.localhost",
        "acme-.localhost",
        "acme\u3002localhost",
        "acme\uff0elocalhost",
        "acme\uff61localhost",
        "\uff41\uff43\uff4d\uff45.localhost",
        "acme.local\u212aost",
        "\ufb01x.example.com",
        "ac\u00adme.localhost",
        "ac\u200bme.localhost",
        "\u202eacme.localhost",
        "a" * 64 + ".localhost",
        "a" * 300,
        ".".join(["a" * 60] * 5),
        "a." * 150,
        "user@acme.localhost",
        "acme.localhost/admin",
        "http://acme.localhost",
        "acme.localhost?x",
        "acme.localhost#x",
        "acme,demo.localhost",
        "acme.localhost, demo.localhost",
        "*.localhost",
        "acme%2elocalhost",
        "256.1.1.1",
        "1.2.3",
        "127.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "127.0.0.01",
        "acme.123",
        "::1",
        "[::1",
        "::1]",
        "[::1]x",
        "[fe80::1%eth0]",
        "[127.0.0.1]",
        "[]",
        "[acme.localhost]",
        "\ud800.localhost",
        "xn--\u00fc.localhost",
    ],
)
def test_what_is_not_a_host_is_refused(header: str) -> None:
    with pytest.raises(InvalidHost):
        parse_host(header)


@pytest.mark.parametrize("header", [b"\xff.localhost", b"acme\xe9.localhost", b"\x80", b"\xc0\xae.localhost"])
def test_bytes_that_are_not_utf_8_are_refused(header: bytes) -> None:
    with pytest.raises(InvalidHost):
        parse_host(header)


@given(NAMES, PORTS, st.booleans(), st.data())
def test_case_port_and_a_trailing_dot_do_not_matter(
    name: str, port: str, dot: bool, data: st.DataObject
) -> None:
    cased = "".join(data.draw(st.sampled_from([character, character.upper()])) for character in name)
    assert parse_host(cased + "." * dot + port) == name


@given(
    st.text()
    | st.text(alphabet=string.printable)
    | st.text(alphabet="a.-_:[]0123xn\u3002\u00fc\u0130\u200d", max_size=30)
)
@example("\u0130.example.com")
@example("xn--.com")
@example("\u00df" * 62)
def test_any_text_is_a_canonical_host_or_an_invalid_one(text: str) -> None:
    try:
        host = parse_host(text)
    except InvalidHost:
        return
    assert CANONICAL.fullmatch(host)
    assert len(host) <= MAX_NAME
    assert parse_host(f"[{host}]" if ":" in host else host) == host


@given(st.binary(max_size=300))
def test_any_bytes_are_a_canonical_host_or_an_invalid_one(header: bytes) -> None:
    with suppress(InvalidHost):
        assert CANONICAL.fullmatch(parse_host(header))


@given(st.from_regex(r"[\u00e0-\u00f6]{1,10}", fullmatch=True))
def test_an_internationalised_name_and_its_a_label_are_the_same_host(label: str) -> None:
    host = parse_host(f"{label}.example.com")
    assert host.startswith("xn--")
    assert parse_host(host) == host == parse_host(f"{label.upper()}.EXAMPLE.com")


@given(st.ip_addresses(v=6))
def test_an_ipv6_literal_is_recognised_with_and_without_a_port(address: object) -> None:
    assert parse_host(f"[{address}]") == parse_host(f"[{address}]:8000") == str(address)


@given(NAMES, st.sampled_from(" \t\r\n\0\x7f_/\\@?#%,;*'\"<>\u3002\uff0e"), st.data())
def test_one_forbidden_character_anywhere_spoils_a_host(
    name: str, character: str, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(name)))
    with pytest.raises(InvalidHost):
        parse_host(name[:position] + character + name[position:])


def test_an_invalid_host_is_not_repeated_in_the_error() -> None:
    with pytest.raises(InvalidHost) as caught:
        parse_host("<script>")
    assert "script" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("crm.acme.org", "crm.acme.org"),
        (" CRM.Acme.org. ", "crm.acme.org"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_typed_domain_is_brought_into_canonical_form(text: str, domain: str) -> None:
    assert parse_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "127.0.0.1",
        "[::1]",
        "::1",
        "acme.org:80",
        "acme..org",
        "a b.org",
        "a_b.org",
        "xn--zzzzzzzz99999.org",
        "a.1",
        "x" * 64 + ".org",
        "a." * 200 + "org",
    ],
)
def test_what_is_not_a_full_host_name_cannot_be_registered(text: str) -> None:
    with pytest.raises(InvalidDomain):
        parse_domain(text)


def test_a_base_domain_may_be_one_label() -> None:
    assert parse_base_domain("LocalHost") == "localhost"
    with pytest.raises(InvalidDomain):
        parse_base_domain("127.0.0.1")


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme", "acme.example.com"),
        ("Acme", "acme.example.com"),
        ("acme.localhost", "acme.localhost"),
        ("acme.eu.example.com", "acme.eu.example.com"),
        ("crm.acme.org", "crm.acme.org"),
        ("acme.org", "acme.org"),
        ("notexample.com", "notexample.com"),
        ("www.acme.org", "www.acme.org"),
    ],
)
def test_a_tenant_gets_a_label_under_a_base_domain_or_a_host_name_of_its_own(text: str, domain: str) -> None:
    assert parse_tenant_domain(text, BASES) == domain


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("www", "reserved"),
        ("admin.localhost", "reserved"),
        ("a.b.example.com", "one label deep"),
        ("acme.other.localhost", "one label deep"),
        ("xn--bcher-kva", "reserved"),
        ("b\u00fccher", "reserved"),
        ("a" * 41, "1 to 40"),
        ("example.com", "belongs to the platform"),
        ("localhost", "not a host name|platform|reserved"),
        ("eu.example.com", "belongs to the platform"),
        ("127.0.0.1", "not a host name"),
        ("", "not a host name"),
        ("a_b", "not a host name"),
    ],
)
def test_the_platforms_own_names_are_no_tenants(text: str, why: str) -> None:
    with pytest.raises(InvalidDomain, match=why):
        parse_tenant_domain(text, BASES)


def test_a_name_above_a_base_domain_is_no_tenants() -> None:
    with pytest.raises(InvalidDomain, match="belongs to the platform"):
        parse_tenant_domain("example.com", ["app.example.com"])


def test_the_label_is_what_stands_before_the_longest_base_domain() -> None:
    assert tenant_label("acme.eu.example.com", BASES) == "acme"
    assert tenant_label("acme.us.example.com", BASES) == "acme.us"
    assert tenant_label("example.com", BASES) is None
    assert tenant_label("acme.org", BASES) is None


@given(NAMES, st.sampled_from(BASES))
def test_whatever_is_accepted_is_found_again_under_the_same_host_header(name: str, base: str) -> None:
    for text in (name, f"{name}.{base}"):
        try:
            domain = parse_tenant_domain(text, BASES)
        except InvalidDomain:
            continue
        assert parse_host(f"{domain.upper()}.:8000") == domain
