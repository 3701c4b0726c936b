"""Entity tags, If-Match and If-None-Match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidIfMatch
from api.requests.etags import digest_tag, etag, known_tag, parse_if_match
from tenant_schema.preconditions import ANY_VERSION, Versions, are_met


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        (None, None),
        ("*", ANY_VERSION),
        (" * ", ANY_VERSION),
        ('"6"', 6),
        (' "6" ', 6),
        ('"6-gzip"', 6),
        ('"6-0a1b2c-zstd"', 6),
        ('"5", "6"', {5, 6}),
        ('"5","6"\t,  "6"', {5, 6}),
        ('W/"5", "6"', 6),
        ('"5",', 5),
        (', ,"5"', 5),
        ('"5", ,\t,"6" ,', {5, 6}),
        ('"a,b", "6"', 6),
        ('W/"6"', set()),
        ('"six"', set()),
        ('""', set()),
        ('"0"', set()),
        ('"06"', set()),
        ('"' + "9" * 40 + '"', set()),
    ],
)
def test_if_match_names_versions_or_none(header: str | None, versions: Versions) -> None:
    assert parse_if_match(header) == versions


@pytest.mark.parametrize(
    "header",
    ["6", '"6', '6"', 'w/"6"', '"5" "6"', ",", ", ,", "", "null", '"a b"', '"\x00"', '"²"', '*, "6"'],
)
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidIfMatch):
        parse_if_match(header)


@given(st.integers(1, 2**53), st.binary())
def test_a_tag_given_out_comes_back_as_its_version(version: int, body: bytes) -> None:
    for name, value in (etag(version), digest_tag(body, version)):
        assert (name, parse_if_match(value.decode())) == (b"etag", version)


@given(st.text())
def test_any_text_is_versions_or_refused(header: str) -> None:
    try:
        versions = parse_if_match(header)
    except InvalidIfMatch:
        return
    assert not are_met(versions, 0)


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("*", b'"7"'),
        ('"7"', b'"7"'),
        ('W/"7"', b'"7"'),
        ('"6", "7"', b'"7"'),
        ('"7-gzip"', b'"7-gzip"'),
        ('W/"7-zstd"', b'"7-zstd"'),
        ('"7-0a1b"', None),
        ('"77"', None),
        ('"6"', None),
        ("7", None),
        ("", None),
    ],
)
def test_if_none_match_compares_weakly(header: str, known: bytes | None) -> None:
    assert known_tag(header, b'"7"') == known
