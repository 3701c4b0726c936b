"""The cheaper converters give what Piccolo's give, and fail where they fail."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from piccolo.engine.sqlite import CONVERTERS as PICCOLO
from piccolo.engine.sqlite import convert_datetime_in

from piccolo_engines.sqlite.converters import CONVERTERS

ANYTHING = st.text(max_size=40).map(str.encode) | st.from_regex(rb"[0-9a-fA-F-]{30,40}", fullmatch=True)
FIRST, LAST = datetime(1, 1, 3), datetime(9999, 12, 28)  # noqa: DTZ001  # hypothesis adds the zone
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])


def outcome(convert: Any, value: bytes) -> Any:
    """What comes of it: the value and its type, or the kind of failure."""
    try:
        result = convert(value)
    except Exception as error:  # noqa: BLE001  # which one is what is compared
        return ValueError if isinstance(error, ArithmeticError | ValueError) else type(error)
    return type(result), repr(result)


@pytest.mark.parametrize("kind", sorted(CONVERTERS.keys() & PICCOLO.keys()))
@settings(deadline=None)
@given(value=ANYTHING)
@example(value=b"1.0")
@example(value=b"1e3")
@example(value=b"9223372036854775807")
@example(value=b"-0")
@example(value=b"NaN")
@example(value=b"")
@example(value=b"1")
@example(value=b"0")
@example(value=b"{12345678-1234-5678-1234-567812345678}")
@example(value=b"urn:uuid:12345678-1234-5678-1234-567812345678")
@example(value=b"12345678123456781234567812345678")
@example(value=b"2024-02-29 12:00:00+00:00")
@example(value=b"2024-02-29 12:00:00")
@example(value=b"2024-02-29 12:00:00+02:00")
def test_whatever_is_stored_comes_back_as_from_piccolo(kind: str, value: bytes) -> None:
    assert outcome(CONVERTERS[kind], value) == outcome(PICCOLO[kind], value)


@settings(deadline=None)
@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_integers_come_back_as_they_went(value: int) -> None:
    assert CONVERTERS["INTEGER"](str(value).encode()) == value


@settings(deadline=None)
@given(st.uuids())
def test_uuids_come_back_as_they_went(value: UUID) -> None:
    back = CONVERTERS["UUID"](str(value).encode())
    assert back == value
    assert (hash(back), str(back), back.version, back.is_safe) == (
        hash(value), str(value), value.version, UUID(str(value)).is_safe
    )  # fmt: skip


@settings(deadline=None)
@given(st.datetimes(timezones=ZONES, min_value=FIRST, max_value=LAST))
def test_moments_come_back_as_they_went_in_utc(value: datetime) -> None:
    back = CONVERTERS["TIMESTAMPTZ"](convert_datetime_in(value).encode())
    assert back == value
    assert back.tzinfo is UTC


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (b"9999999999999.99", "9999999999999.99"),
        (b"9999999999999.9902", "9999999999999.99"),  # the same REAL, of SQLite 3.53
        (b"-9999999999999.9902", "-9999999999999.99"),
        (b"0.30000000000000004", "0.3"),
        (b"123456789012345678", "123456789012345678"),
        (b"1.0e+20", "1.0e+20"),
    ],
)
def test_decimals_are_the_same_on_every_version_of_sqlite(stored: bytes, meant: str) -> None:
    assert CONVERTERS["NUMERIC"](stored) == Decimal(meant)
