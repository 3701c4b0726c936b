"""Cursors: only what was sealed here, for this tenant, opens again."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piccolo_engines.columns import new_id
from tenant_schema.records.errors import CursorInvalid, CursorMismatch
from tenant_schema.records.query.model import ALL, And, Condition, Or, SortTerm
from tenant_schema.records.reading.cursors import Cursors, Place, digest, shape_digest

ACME, DEMO = new_id(), new_id()
QUERY = b"the query's sum"


def keys_of(tenant_id: UUID) -> list[bytes]:
    return [tenant_id.bytes * 2]


VALUES = st.none() | st.text() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.booleans()


@given(st.lists(VALUES), st.booleans(), st.booleans())
def test_a_place_comes_out_as_it_went_in(values: list[object], backward: bool, inclusive: bool) -> None:
    cursors, place = Cursors(keys_of), Place(tuple(values), backward, inclusive)
    assert cursors.open(ACME, QUERY, cursors.seal(ACME, QUERY, place)) == place


def test_a_cursor_goes_into_a_url_as_it_is() -> None:
    cursor = Cursors(keys_of).seal(ACME, QUERY, Place(("ÿþ~?&=", None, 1)))
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_another_query_is_a_mismatch() -> None:
    cursors = Cursors(keys_of)
    with pytest.raises(CursorMismatch):
        cursors.open(ACME, b"another", cursors.seal(ACME, QUERY, Place((1,))))


def test_another_tenants_cursor_is_invalid() -> None:
    cursors = Cursors(keys_of)
    with pytest.raises(CursorInvalid):
        cursors.open(DEMO, QUERY, cursors.seal(ACME, QUERY, Place((1,))))


def test_with_one_key_for_all_another_tenants_cursor_is_a_mismatch_still() -> None:
    assert digest(ACME, b"shape", ()) != digest(DEMO, b"shape", ())


@given(st.data())
def test_a_cursor_with_any_bit_changed_is_invalid(data: st.DataObject) -> None:
    cursors = Cursors(keys_of)
    cursor = cursors.seal(ACME, QUERY, Place(("a", 1), backward=True))
    sealed = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CursorInvalid):
        cursors.open(ACME, QUERY, urlsafe_b64encode(bytes(sealed)).rstrip(b"=").decode())


@given(st.text() | st.text("ABCabc012-_=", max_size=60))
def test_any_text_is_an_invalid_cursor(text: str) -> None:
    with pytest.raises(CursorInvalid):
        Cursors(keys_of).open(ACME, QUERY, text)


def test_after_a_change_of_keys_older_cursors_still_open() -> None:
    old = Cursors(lambda _: [b"o" * 32]).seal(ACME, QUERY, Place((1,)))
    both = Cursors(lambda _: [b"n" * 32, b"o" * 32])
    assert both.open(ACME, QUERY, old) == Place((1,))
    new = both.seal(ACME, QUERY, Place((1,)))
    assert Cursors(lambda _: [b"n" * 32]).open(ACME, QUERY, new) == Place((1,))
    with pytest.raises(CursorInvalid):
        Cursors(lambda _: [b"n" * 32]).open(ACME, QUERY, old)


def test_keys_are_asked_for_once() -> None:
    asked: list[UUID] = []

    def keys_for(tenant_id: UUID) -> list[bytes]:
        asked.append(tenant_id)
        return keys_of(tenant_id)

    cursors = Cursors(keys_for)
    for _ in range(3):
        cursors.open(ACME, QUERY, cursors.seal(ACME, QUERY, Place(())))
    assert asked == [ACME]


def test_queries_of_other_shapes_have_other_digests() -> None:
    name, code = Condition("name", "eq", "0"), Condition("code", "eq", "1")
    order = (SortTerm("id"),)
    shapes = [ALL, name, And((name,)), Or((name, code)), And((name, code)), Condition("name", "ne", "0")]
    digests = {shape_digest("t", shape, order) for shape in shapes}
    digests |= {shape_digest("u", ALL, order), shape_digest("t", ALL, (SortTerm("id", descending=True),))}
    assert len(digests) == len(shapes) + 2
    assert digest(ACME, b"shape", ("a", "b")) != digest(ACME, b"shape", ("ab",))
