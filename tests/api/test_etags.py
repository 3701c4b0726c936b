"""Entity tags and If-Match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidIfMatch
from api.etags import etag, parse_if_match


@pytest.mark.parametrize(
    ("header", "version"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"6"', 6),
        ('W/"6"', 6),
        (' "6" ', 6),
        ('"six"', 0),
        ('""', 0),
        ('"' + "9" * 40 + '"', 0),
    ],
)
def test_if_match_names_a_version_or_none(header: str | None, version: int | None) -> None:
    assert parse_if_match(header) == version


@pytest.mark.parametrize(
    "header", ["6", '"6', '6"', 'w/"6"', '"5", "6"', "", "null", '"a b"', '"\x00"', '"²"']
)
def test_what_is_no_tag_is_refused(header: str) -> None:
    with pytest.raises(InvalidIfMatch):
        parse_if_match(header)


@given(st.integers(1, 2**53))
def test_a_tag_given_out_comes_back_as_its_version(version: int) -> None:
    name, value = etag(version)
    assert (name, parse_if_match(value.decode())) == (b"etag", version)


@given(st.text())
def test_any_text_is_a_version_or_refused(header: str) -> None:
    try:
        version = parse_if_match(header)
    except InvalidIfMatch:
        return
    assert version is None or version >= 0
