"""``url`` keeps one absolute web address."""

import pytest

from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


@pytest.mark.parametrize(
    "given",
    [
        *(
            "https://example.com",
            "http://example.com:8080/a?b=c#d",
            "https://münchen.example/ä",
        ),
        *("http://[::1]:80/", "https://localhost/", "https://example.com/?q=%20"),
    ],
)
def test_web_addresses_are_kept_as_they_are(given: str) -> None:
    assert parse(make_field("url"), given) == given


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("HTTPS://Example.com/A?B#C", "https://example.com/A?B#C"),
        ("Http://Ann:X@EXAMPLE.com:80", "http://Ann:X@example.com:80"),
        ("https://EXAMPLE.com?Q=A@B", "https://example.com?Q=A@B"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_scheme_and_host_are_kept_in_lower_case(given: str, stored: str) -> None:
    assert parse(make_field("url"), given) == stored


@pytest.mark.parametrize(
    "given",
    [
        *("", "example.com", "//example.com", "javascript:alert(1)", "ftp://example.com", "data:text/html,x"),
        *(
            "https://",
            "https:///path",
            "https://exa mple.com",
            "https://example.com\n",
            "http://[::1",
            "mailto:a@b.example",
        ),
        *("https://example.com:port/", "https://example.com:99999/", 'https://example.com/"', "https://<b>"),
    ],
)
def test_everything_else_is_refused(given: str) -> None:
    assert refusal(make_field("url"), given) == "not-a-url"


def test_one_that_is_too_long_is_refused() -> None:
    assert refusal(make_field("url"), "https://example.com/" + "x" * 1000) == "too-long"
