"""Origins as browsers write them, and those that nobody may allow."""

import pytest

from central.errors import InvalidOrigin
from central.origins import Origin, parse_allowed_origin, parse_origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://app.example.com", Origin("https", "app.example.com", 443)),
        ("HTTPS://App.Example.COM:443", Origin("https", "app.example.com", 443)),
        ("http://localhost:5173", Origin("http", "localhost", 5173)),
        ("http://[::1]:8000", Origin("http", "::1", 8000)),
        ("https://bücher.example", Origin("https", "xn--bcher-kva.example", 443)),
    ],
)
def test_an_origin_is_a_scheme_a_host_and_a_port(text: str, expected: Origin) -> None:
    assert parse_origin(text) == expected
    assert parse_origin(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "*", "app.example.com", "ftp://app.example.com", "https://", "https://a b"),
        *("https://app.example.com/", "https://app.example.com?x", "https://me@app.example.com"),
        *("https://app.example.com:0", "https://app.example.com:65536", "https://app_x.example.com"),
        *("https://app.example.com\n", "https://a.example https://b.example", "https://" + "a" * 2_000),
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    assert parse_origin(text) is None


def test_an_allowed_origin_is_kept_as_browsers_send_it() -> None:
    given = (
        " https://App.example.com:443/ ",
        "http://localhost:5173",
        "http://127.0.0.1",
        "http://a.localhost",
    )
    assert [*map(parse_allowed_origin, given)] == [
        "https://app.example.com",
        "http://localhost:5173",
        "http://127.0.0.1",
        "http://a.localhost",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("*", "any page"),
        ("https://*.example.com", "any page"),
        ("null", "Sandboxed"),
        ("NULL", "Sandboxed"),
        ("https://app.example.com/path", "a scheme and a host"),
        ("app.example.com", "a scheme and a host"),
        ("", "a scheme and a host"),
        ("http://app.example.com", "use https"),
        ("http://localhost.example.com", "use https"),
        ("http://evillocalhost", "use https"),
    ],
)
def test_what_cannot_be_allowed_says_why(text: str, reason: str) -> None:
    with pytest.raises(InvalidOrigin, match=reason):
        parse_allowed_origin(text)
