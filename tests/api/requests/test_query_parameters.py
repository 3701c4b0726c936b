"""Query parameters: decoding, unknown names, all faults at once."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidQuery
from api.requests.query_parameters import MOST_PARAMETERS, decode_query, query_pairs, refuse_unknown


class ListQuery(msgspec.Struct, rename="camel"):
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 25
    cursor: str | None = None
    sort_by: Literal["name", "age"] = "name"


def faults_of(query: bytes) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidQuery) as caught:
        decode_query(query_pairs(query), ListQuery)
    return [(problem.field, problem.code, problem.did_you_mean) for problem in caught.value.problems]


def test_parameters_become_a_struct() -> None:
    assert decode_query(query_pairs(b"limit=50&sortBy=age"), ListQuery) == ListQuery(50, None, "age")
    assert decode_query(query_pairs(b""), ListQuery) == ListQuery()
    assert decode_query(query_pairs(b"cursor="), ListQuery) == ListQuery(cursor="")


def test_every_fault_is_told_at_once() -> None:
    assert faults_of(b"limt=5&limit=0&sortBy=colour&cursor=a&cursor=b") == [
        ("limt", "unknown-parameter", "limit"),
        ("limit", "out-of-range", None),
        ("sortBy", "not-an-option", None),
        ("cursor", "repeated-parameter", None),
    ]


class Since(msgspec.Struct):
    since: Annotated[datetime, msgspec.Meta(tz=True)] | msgspec.UnsetType = msgspec.UNSET


@pytest.mark.parametrize("text", ["0.5", "1709208000", "2026-02-28", "2026-02-28T12:30:00"])
def test_a_time_is_rfc_3339_and_no_number(text: str) -> None:
    with pytest.raises(InvalidQuery):
        decode_query([("since", text)], Since)
    assert decode_query([("since", "2026-02-28T12:30:00Z")], Since).since == datetime(
        2026, 2, 28, 12, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "query", [b"limit=\xff", b"limit=%ff", b"a=%00", b"%00=a", b"&".join([b"a=1"] * (MOST_PARAMETERS + 1))]
)
def test_what_cannot_be_decoded_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidQuery):
        query_pairs(query)


def test_an_unknown_name_is_refused_once_with_the_nearest_known_one() -> None:
    with pytest.raises(InvalidQuery) as caught:
        refuse_unknown(["serach", "serach", "limit"], ["search", "limit"])
    assert [(one.field, one.did_you_mean) for one in caught.value.problems] == [("serach", "search")]


@given(st.binary())
def test_any_bytes_are_pairs_or_refused(query: bytes) -> None:
    try:
        pairs = query_pairs(query)
    except InvalidQuery:
        return
    assert all("\0" not in name + value for name, value in pairs)
