"""``date``, ``datetime`` and ``time`` take RFC 3339 and nothing near it."""

import datetime as dt

import pytest

from tenant_schema.objects.errors import InvalidValue
from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


def test_a_day_is_kept() -> None:
    assert parse(make_field("date"), "2024-02-29") == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    "given",
    [
        None,
        20240229,
        "",
        "2023-02-29",
        "20240229",
        "2024-W09-4",
        "2024-2-9",
        "2024-02-29T00:00:00Z",
        "٢٠٢٤-٠٢-٢٩",
        "2024-02-29\n",
    ],
)
def test_what_is_no_day_is_refused(given: object) -> None:
    assert refusal(make_field("date"), given) == "not-a-date"


@pytest.mark.parametrize(
    ("type_name", "given"), [("date", "0999-12-31"), ("datetime", "1000-01-01T00:00:00+01:00")]
)
def test_what_is_before_the_calendar_of_some_databases_is_refused(type_name: str, given: str) -> None:
    assert refusal(make_field(type_name), given) == "out-of-range"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-02-29T12:30:00Z", "2024-02-29T12:30:00+00:00"),
        ("2024-02-29t12:30:00.5z", "2024-02-29T12:30:00.500000+00:00"),
        ("2024-02-29T12:30:00+05:30", "2024-02-29T07:00:00+00:00"),
        ("2024-01-01 00:30:00.123456789-00:00", "2024-01-01T00:30:00.123456+00:00"),
        ("2024-12-31T23:30:00-01:00", "2025-01-01T00:30:00+00:00"),
    ],
)
def test_a_moment_is_kept_in_utc(given: str, kept: str) -> None:
    value = parse(make_field("datetime"), given)
    assert value.isoformat() == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("2024-02-29T12:30:00", "offset-missing"),
        *(
            (value, "not-a-datetime")
            for value in (None, 1709208000, "", "2024-02-29", "2024-02-29T12:30Z", "2024-02-29T24:00:01Z")
        ),
        *(
            (value, "not-a-datetime")
            for value in ("2024-02-30T12:30:00Z", "2024-02-29T12:30:60Z", "2024-02-29T12:30:00+0100")
        ),
        *(
            (value, "not-a-datetime")
            for value in (
                "9999-12-31T23:59:59-01:00",
                "0001-01-01T00:00:00+01:00",
                "2024-02-29T12:30:00+25:00",
            )
        ),
    ],
)
def test_what_is_no_moment_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("datetime"), given) == code


def test_filters_take_days_and_forgive_a_lost_plus() -> None:
    field = make_field("datetime")
    assert field.type.parse_text("2024-02-29", field) == dt.datetime(2024, 2, 29, tzinfo=dt.UTC)
    assert field.type.parse_text("2024-02-29T01:00:00 01:00", field) == dt.datetime(
        2024, 2, 29, tzinfo=dt.UTC
    )
    with pytest.raises(InvalidValue):
        field.type.parse_text("yesterday", field)


@pytest.mark.parametrize(
    ("given", "kept"), [("09:30", dt.time(9, 30)), ("23:59:59.25", dt.time(23, 59, 59, 250_000))]
)
def test_a_time_of_day_is_kept(given: str, kept: dt.time) -> None:
    assert parse(make_field("time"), given) == kept


@pytest.mark.parametrize(
    "given", [None, 930, "", "9:30", "24:00", "09:60", "09:30Z", "T09:30", "0930", "09:30:00.1234567"]
)
def test_what_is_no_time_of_day_is_refused(given: object) -> None:
    assert refusal(make_field("time"), given) == "not-a-time"
