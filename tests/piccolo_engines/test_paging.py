"""Cursors and pages."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piccolo_engines.paging import InvalidCursor, decode_cursor, encode_cursor, page_of


@given(st.uuids())
def test_a_cursor_leads_back_to_its_id(last_id: UUID) -> None:
    assert decode_cursor(encode_cursor(last_id)) == last_id


@given(st.text() | st.text(alphabet="ABCabc012-_=", min_size=20, max_size=24))
def test_every_other_text_is_refused(text: str) -> None:
    with suppress(InvalidCursor):
        assert encode_cursor(decode_cursor(text)) == text


@given(st.lists(st.uuids(), max_size=10), st.integers(1, 10))
def test_a_page_holds_at_most_its_limit_and_says_whether_more_follow(ids: list[UUID], limit: int) -> None:
    page = page_of(ids[: limit + 1], limit, lambda item: item)
    assert page.items == tuple(ids[:limit])
    assert (page.next is not None) == (len(ids) > limit)
    if page.next:
        assert decode_cursor(page.next) == page.items[-1]


def test_an_empty_page_has_no_next() -> None:
    assert page_of([], 5, lambda item: item).next is None


@pytest.mark.parametrize("cursor", ["A" * 21 + "B", "A" * 22 + "="])
def test_one_place_has_one_cursor(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor)
