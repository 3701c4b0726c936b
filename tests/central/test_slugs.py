"""Slugs and display names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import InvalidSlug, InvalidTenantName, ReservedSlug
from central.slugs import RESERVED, parse_slug, parse_tenant_name

GRAMMAR = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"


@pytest.mark.parametrize("slug", ["a", "7", "acme", "acme-2", "a-b-c", "a--b", "0" * 40])
def test_a_slug_stays_as_it_is(slug: str) -> None:
    assert parse_slug(slug) == slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        "Acme",
        "a b",
        " acme",
        "acme\n",
        "a.b",
        "a_b",
        "a" * 41,
        "ac\u0441e",
        "\uff41cme",
        "a\0b",
        "a/b",
        "a'b",
    ],
)
def test_what_is_not_a_slug_is_refused(text: str) -> None:
    with pytest.raises(InvalidSlug) as caught:
        parse_slug(text)
    assert caught.value.code == "invalid-slug"


@pytest.mark.parametrize(
    "slug", ["www", "admin", "api", "setup", "health", "ready", "metrics", "schema", "static", "mail"]
)
def test_the_platforms_own_names_are_reserved(slug: str) -> None:
    with pytest.raises(ReservedSlug, match=slug):
        parse_slug(slug)


@pytest.mark.parametrize("slug", ["xn--bcher-kva", "xn--a"])
def test_a_slug_cannot_be_read_as_an_internationalised_name(slug: str) -> None:
    with pytest.raises(ReservedSlug):
        parse_slug(slug)


def test_every_reserved_word_would_be_a_slug_otherwise() -> None:
    assert [word for word in RESERVED if not re.fullmatch(GRAMMAR, word)] == []


def test_the_names_of_the_tour_are_free() -> None:
    assert [parse_slug(slug) for slug in ("acme", "demo", "globex")] == ["acme", "demo", "globex"]


@given(st.text())
def test_a_slug_is_exactly_what_the_grammar_says(text: str) -> None:
    try:
        assert parse_slug(text) == text
        assert re.fullmatch(GRAMMAR, text)
        assert text not in RESERVED
    except InvalidSlug:
        assert not re.fullmatch(GRAMMAR, text)
    except ReservedSlug:
        assert text in RESERVED or text.startswith("xn--")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme", "Acme"),
        ("  Acme Corporation ", "Acme Corporation"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("株式会社", "株式会社"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_display_name_is_trimmed_and_composed(text: str, name: str) -> None:
    assert parse_tenant_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "a\0b", "a\nb", "a\x7fb", "a\u2028b", "a\ud800", "x" * 201]
)
def test_a_display_name_of_nothing_or_of_control_characters_is_refused(text: str) -> None:
    with pytest.raises(InvalidTenantName):
        parse_tenant_name(text)
