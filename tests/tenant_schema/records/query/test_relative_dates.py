"""Relative dates: their grammar, the days that they mean, and when that is decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piccolo_engines.columns import new_id
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.relative_dates import MAX_SHIFTS, NAMES, Relative, parse_relative
from tenant_schema.records.query.time_zones import UTC as UTC_ZONE
from tenant_schema.records.query.time_zones import Zone
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tests.tenant_schema.records.models import Caller

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
BERLIN, AUCKLAND = Zone("Europe/Berlin"), Zone("Pacific/Auckland")

MEANINGS = [
    ("$today", "2026-03-04"),
    ("$yesterday", "2026-03-03"),
    ("$tomorrow", "2026-03-05"),
    ("$now", "2026-03-04"),
    ("$startOfWeek", "2026-03-02"),
    ("$endOfWeek", "2026-03-08"),
    ("$startOfMonth", "2026-03-01"),
    ("$endOfMonth", "2026-03-31"),
    ("$startOfQuarter", "2026-01-01"),
    ("$endOfQuarter", "2026-03-31"),
    ("$startOfYear", "2026-01-01"),
    ("$endOfYear", "2026-12-31"),
    ("-7d", "2026-02-25"),
    ("+2w", "2026-03-18"),
    (" 2w", "2026-03-18"),
    ("-1m", "2026-02-04"),
    ("+1q", "2026-06-04"),
    ("-1y", "2025-03-04"),
    ("$startOfMonth-1m", "2026-02-01"),
    ("$endOfMonth-1m", "2026-02-28"),
    ("$endOfQuarter+1q", "2026-06-30"),
    ("$endOfWeek-1d", "2026-03-07"),
    ("$startOfYear-1y+1m-1d", "2025-01-31"),
    ("$today+9999y", "9999-12-30"),
    ("$today-9999q", "1000-01-02"),
]


def day_of(text: str, now: datetime = WEDNESDAY, zone: Zone = UTC_ZONE) -> date:
    found = parse_relative(text)
    assert found is not None
    day = Relative(*found).at(now, zone)
    assert not isinstance(day, datetime)
    return day


@pytest.mark.parametrize(("text", "day"), MEANINGS)
def test_the_day_that_is_meant(text: str, day: str) -> None:
    assert day_of(text).isoformat() == day


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    assert day_of("-1m", datetime(2024, 3, 31, tzinfo=UTC)) == date(2024, 2, 29)
    assert day_of("+1y", datetime(2024, 2, 29, tzinfo=UTC)) == date(2025, 2, 28)


def test_today_is_that_of_the_time_zone() -> None:
    late = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    assert day_of("$today", late) == date(2026, 3, 4)
    assert day_of("$today", late, BERLIN) == date(2026, 3, 5)
    assert Relative("today", (), "date", AUCKLAND).at(late, UTC_ZONE) == date(2026, 3, 5)
    start = Relative("startOfMonth", (), "start", BERLIN).at(late, UTC_ZONE)
    assert start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    end = Relative("today", (), "end").at(datetime(2026, 3, 29, 12, tzinfo=UTC), BERLIN)
    assert end == datetime(2026, 3, 29, 22, tzinfo=UTC)  # a day of 23 hours
    assert Relative("now", ((-1, "d"),), "time").at(late, BERLIN) == late - timedelta(1)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("$todya", "$today"),
        ("$Today", "$today"),
        ("$startOfMonht", "$startOfMonth"),
        ("$", None),
        ("-", None),
        ("-7", None),
        ("-7h", None),
        ("-12345d", None),
        ("-1d-1d-1d-1d", None),
        ("$today 7", None),
        ("$today\n", "$today"),
        ("-٣d", None),
    ],
)
def test_what_only_looks_like_one_is_refused(text: str, near: str | None) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_relative(text)
    assert caught.value.code == "unknown-relative-date"
    if near is not None:
        assert caught.value.did_you_mean == near


SHIFTS = st.lists(st.tuples(st.integers(-9999, 9999), st.sampled_from("dwmqy")), max_size=MAX_SHIFTS)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from([UTC_ZONE, BERLIN, AUCKLAND, Zone("America/St_Johns")])


def written(name: str, shifts: list[tuple[int, str]]) -> str:
    return f"${name}" + "".join(f"{number:+}{unit}" for number, unit in shifts)


@given(st.sampled_from(NAMES), SHIFTS, MOMENTS, ZONES)
def test_every_sentence_of_the_grammar_is_a_day_that_databases_have(
    name: str, shifts: list[tuple[int, str]], now: datetime, zone: Zone
) -> None:
    assert parse_relative(written(name, shifts)) == (name, tuple(shifts))
    for part in get_args(Relative.__dataclass_fields__["part"].type):
        found = Relative(name, tuple(shifts), part, zone).at(now, UTC_ZONE)
        assert 1000 <= found.year <= 9999
    start, end = [Relative(name, tuple(shifts), part, zone).at(now, UTC_ZONE) for part in ("start", "end")]
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    assert timedelta(0) <= end - start <= timedelta(hours=25)


@given(st.text(max_size=20))
def test_any_text_is_one_or_is_none_or_is_refused(text: str) -> None:
    try:
        found = parse_relative(text)
    except InvalidValue:
        found = None
        assert text[0] in "$+- "
    if found is not None:
        assert found[0] in NAMES


@given(MOMENTS, st.sampled_from(["Week", "Month", "Quarter", "Year"]), st.integers(-400, 400))
def test_periods_follow_one_another_without_a_gap(now: datetime, period: str, number: int) -> None:
    unit = period[0].lower()
    start, end = (
        day_of(f"$startOf{period}{number:+}{unit}", now),
        day_of(f"$endOf{period}{number:+}{unit}", now),
    )
    assert start <= end
    assert day_of(f"$startOf{period}{number + 1:+}{unit}", now) == end + timedelta(1)
    assert day_of(f"$startOf{period}", now) <= now.date() <= day_of(f"$endOf{period}", now)
    if period == "Week":
        assert start.weekday() == 0
    else:
        assert start.day == 1
        months = {"Month": range(1, 13), "Quarter": (1, 4, 7, 10), "Year": (1,)}[period]
        assert start.month in months


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = WEDNESDAY

    def __call__(self) -> datetime:
        return self.now


Clocked = tuple[Caller, Clock]


@pytest.fixture
def clocked(anywhere: Caller) -> Clocked:
    clock = Clock()
    service = RecordService(
        anywhere.service.catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]), clock=clock
    )
    return replace(anywhere, service=service), clock


def with_rules(caller: Caller, rules: Mapping[str, Any], **changes: Any) -> Caller:
    role = RoleGrants(new_id(), "some", frozenset({"*:*"}), rules={"gadgets": rules})
    access = replace(caller.access, permissions=role.permissions, grants=Grants((role,), role.permissions))
    return replace(caller, access=replace(access, **changes))


DAYS = ("2026-02-28", "2026-03-01", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-31", "2026-04-01")
SCENARIOS = [
    ("eq", "$today", ["2026-03-04"]),
    ("ne", "$startOfMonth", [day for day in DAYS if day != "2026-03-01"]),
    ("gt", "$today", ["2026-03-05", "2026-03-31", "2026-04-01"]),
    ("gte", "$today", ["2026-03-04", "2026-03-05", "2026-03-31", "2026-04-01"]),
    ("lt", "-1d", ["2026-02-28", "2026-03-01"]),
    ("lte", "$endOfMonth-1m", ["2026-02-28"]),
    ("between", "$startOfMonth,$endOfMonth", list(DAYS[1:-1])),
    ("between", "2026-03-01,$yesterday", ["2026-03-01", "2026-03-03"]),
    ("in", "$today,$tomorrow,2026-02-28", ["2026-02-28", "2026-03-04", "2026-03-05"]),
    ("nin", "$today,$tomorrow", [day for day in DAYS if day not in {"2026-03-04", "2026-03-05"}]),
]


@pytest.mark.parametrize(("operator", "text", "days"), SCENARIOS)
async def test_dates_and_moments_are_found_by_them(
    clocked: Clocked, operator: str, text: str, days: list[str]
) -> None:
    caller, _ = clocked
    for day in DAYS:
        await caller.create(name=day, born=day, seen=f"{day}T15:00:00Z")
    order = ("sort", "name")
    value: object = text.split(",") if operator in {"in", "nin", "between"} else text
    for field in ("born", "seen"):
        for _ in range(2):
            assert await caller.names((f"filter[{field}][{operator}]", text), order) == days
        document = {"filter": {field: {operator: value}}, "sort": ["name"], "count": "exact", "limit": 1}
        page = await caller.query(document)
        assert page.count is not None
        assert page.count.value == len(days)
        assert await caller.groups((f"filter[{field}][{operator}]", text)) == [{"count": len(days)}]
        pieces = await caller.service.export(
            caller.scope,
            caller.access,
            "gadgets",
            (("fields", "name"), (f"filter[{field}][{operator}]", text), order),
        )
        lines = b"".join([piece async for piece in pieces]).decode().split("\r\n")
        assert lines[1:-1] == days


async def test_a_kept_plan_means_another_day_tomorrow_and_for_another_caller(clocked: Clocked) -> None:
    caller, clock = clocked
    ada = with_rules(caller, {})
    for name, moment in (
        ("4", "2026-03-04T22:30:00Z"),
        ("5", "2026-03-04T23:30:00Z"),
        ("6", "2026-03-05T23:30:00Z"),
    ):
        await ada.create(name=name, seen=moment, born=moment[:10])
    today = ("filter[seen]", "$today")
    assert await ada.names(today) == ["4", "5"]
    berlin = replace(ada, access=replace(ada.access, time_zone="Europe/Berlin"))
    assert await berlin.names(today) == ["4"]
    assert await berlin.names(today, ("timeZone", "UTC")) == ["4", "5"]
    assert await ada.names(today, ("timeZone", "Europe/Berlin")) == ["4"]
    clock.now += timedelta(1)
    assert await ada.names(today) == ["6"]
    assert await berlin.names(today) == ["5"]
    assert await ada.names(("filter[born]", "$today")) == ["6"]
    nowhere = replace(ada, access=replace(ada.access, time_zone="Nowhere/Else"))
    assert await nowhere.names(today) == ["6"]


async def test_a_caller_without_a_time_zone_has_that_of_the_tenant(clocked: Clocked) -> None:
    caller, clock = clocked
    asked: list[str] = []

    async def tenant_zone(scope: TenantScope) -> str:
        asked.append(scope.slug)
        return "Pacific/Auckland"

    service = RecordService(
        caller.service.catalog, caller.service._cursors, clock=clock, tenant_zone=tenant_zone
    )
    ada = replace(caller, service=service)
    for day in DAYS:
        await ada.create(name=day, born=day)
    clock.now = datetime(2026, 3, 4, 13, tzinfo=UTC)
    assert await ada.names(("filter[born]", "2026-03-04")) == ["2026-03-04"]
    assert asked == [], "nothing is relative"
    assert await ada.names(("filter[born]", "$today")) == ["2026-03-05"]
    assert asked == ["acme"]
    berlin = replace(ada, access=replace(ada.access, time_zone="Europe/Berlin"))
    assert await berlin.names(("filter[born]", "$today")) == ["2026-03-04"]


@pytest.mark.parametrize("text", ["$today", "$now"])
async def test_a_list_keeps_the_time_at_which_it_was_begun(clocked: Clocked, text: str) -> None:
    caller, clock = clocked
    for number in range(6):
        await caller.create(name=str(number), seen=f"2026-03-0{number}T08:00:00Z" if number else None)
    pairs = (("filter[seen][lte]", text), ("limit", "2"), ("sort", "seen"), ("count", "exact"))
    first = await caller.page(*pairs)
    assert [row["name"] for row in first.data] == ["1", "2"]
    clock.now += timedelta(1)
    second = await caller.page(*pairs, ("cursor", str(first.next)))
    assert [row["name"] for row in second.data] == ["3", "4"]
    assert (second.next, second.count and second.count.value) == (None, 4)
    back = await caller.page(*pairs, ("cursor", str(second.prev)))
    assert back.data == first.data
    assert back.count is not None
    assert back.count.value == 4
    anew = await caller.page(*pairs)
    assert anew.count is not None
    assert anew.count.value == 5


async def test_row_rules_hold_at_the_present_even_on_later_pages(clocked: Clocked) -> None:
    """A cursor keeps the time for the filter alone: nobody reads with it what a rule no longer lets pass."""
    caller, clock = clocked
    for number in (1, 2, 3, 4):
        await caller.create(name=str(number), born=f"2026-03-0{number}")
    ada = with_rules(caller, {"read": {"born": {"gte": "-2d"}}, "update": {"born": "$today"}})
    pairs = (("filter[born][lte]", "$today"), ("limit", "1"), ("include", "can"))
    first = await ada.page(*pairs)
    assert [row["name"] for row in first.data] == ["2"]
    clock.now += timedelta(1)
    second = await ada.page(*pairs, ("cursor", str(first.next)))
    assert [row["name"] for row in second.data] == ["3"]
    clock.now += timedelta(9)
    assert (await ada.page(*pairs, ("cursor", str(first.next)))).data == []
    clock.now = WEDNESDAY
    everything = await ada.page(("include", "can"), ("sort", "name"))
    assert [can["update"] for can in everything.can or ()] == [False, False, True]
    zoned = with_rules(caller, {"read": {"born": "$today"}}, time_zone="Pacific/Auckland")
    assert await zoned.names() == []  # it is the fifth there
    await zoned.create(name="5", born="2026-03-05")
    assert await zoned.names() == ["5"]


async def test_expansions_take_them(clocked: Clocked) -> None:
    caller, _ = clocked
    parent = await caller.create(name="parent")
    for day in DAYS:
        await caller.create(name=day, born=day, parent=parent.data["id"])
    document = {
        "filter": {"name": "parent"},
        "expand": {"gadgets": {"filter": {"born": {"gt": "$today"}}, "sort": ["name"]}},
    }
    (found,) = (await caller.query(document)).data
    assert [row["name"] for row in found["gadgets"]["data"]] == ["2026-03-05", "2026-03-31", "2026-04-01"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("born", "$todya", "unknown-relative-date"),
        ("seen", "$start", "unknown-relative-date"),
        ("seen", "-7", "unknown-relative-date"),
        ("opens", "$now", "not-a-time"),
        ("count", "-7d", "not-an-integer"),
    ],
)
async def test_what_is_no_relative_date(caller: Caller, field: str, value: str, code: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        await caller.page((f"filter[{field}][gte]", value))
    assert [one.code for one in caught.value.problems] == [code]


async def test_texts_are_texts(caller: Caller, with_rights: Callable[..., None]) -> None:
    await caller.create(name="$today", notes="-7d")
    assert await caller.names(("filter[name]", "$today"), ("filter[notes]", "-7d")) == ["$today"]
