"""``email`` keeps one address with a dotted domain."""

import pytest

from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.B+tag@EXAMPLE.com", "Ann.B+tag@example.com"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("o'neil@a.b-c.example", "o'neil@a.b-c.example"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_addresses_are_kept_with_the_domain_in_lower_case(given: str, kept: str) -> None:
    assert parse(make_field("email"), given) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("", "ann", "@example.com", "ann@", "ann@example", "ann@@example.com", "ann@exa mple.com"),
        *(
            " ann@example.com",
            "ann@example.com\n",
            "ann..b@example.com",
            ".ann@example.com",
            "ann.@example.com",
        ),
        *("ann@-example.com", "ann@example-.com", "ann@.example.com", "ann@example..com", "ann@example.com."),
        *("Ann <ann@example.com>", "ann@example.com,bob@example.com", '"ann b"@example.com'),
        *("x" * 65 + "@example.com", "ann@" + "x" * 64 + ".com", "ann@[127.0.0.1]"),
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    assert refusal(make_field("email"), given) == "not-an-email"


def test_an_address_longer_than_the_protocol_allows_is_refused() -> None:
    assert refusal(make_field("email"), "ann@" + "x." * 150 + "com") == "too-long"


def test_a_filter_may_look_for_half_an_address() -> None:
    field = make_field("email")
    assert field.type.parse_text("@example", field) == "@example"
