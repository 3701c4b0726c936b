"""A date where a moment is asked for means the whole day, in the time zone that the caller names, on every
database and in both grammars.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tenant_schema.records.errors import CursorMismatch, InvalidQuery
from tenant_schema.records.query.time_zones import Zone, zone_names
from tests.tenant_schema.records.models import Caller

BERLIN = ("timeZone", "Europe/Berlin")
MOMENTS = {
    "before": "2026-03-28T22:59:59.999999Z",
    "first": "2026-03-28T23:00:00Z",  # 2026-03-29 00:00 in Berlin
    "noon": "2026-03-29T10:00:00Z",
    "last": "2026-03-29T21:59:59.999999Z",  # 23 hours later
    "after": "2026-03-29T22:00:00Z",
}
IN_UTC = {"before": False, "first": False, "noon": True, "last": True, "after": True}


@pytest.fixture
async def moments(anywhere: Caller) -> Caller:
    for name, moment in MOMENTS.items():
        await anywhere.create(name=name, seen=moment)
    await anywhere.create(name="none")
    return anywhere


ALL = [*MOMENTS, "none"]
DAY = ["first", "noon", "last"]
SCENARIOS = [
    ("eq", "2026-03-29", DAY),
    ("ne", "2026-03-29", ["before", "after", "none"]),
    ("in", "2026-03-29,2026-01-01", DAY),
    ("in", "2026-03-29,2026-03-28T22:59:59.999999Z,2026-01-01", ["before", *DAY]),
    ("in", "2026-03-27,2026-03-28,2026-03-30,2026-03-31", ["before", "after"]),
    ("nin", "2026-03-29,2026-03-30", ["before", "none"]),
    ("gt", "2026-03-29", ["after"]),
    ("gte", "2026-03-29", [*DAY, "after"]),
    ("lt", "2026-03-29", ["before"]),
    ("lte", "2026-03-29", ["before", *DAY]),
    ("between", "2026-03-29,2026-03-29", DAY),
    ("between", "2026-03-28,2026-03-29", ["before", *DAY]),
    ("between", "2026-03-29T10:00:00Z,2026-03-29", ["noon", "last"]),
    ("between", "2026-03-29,2026-03-29T10:00:00Z", ["first", "noon"]),
    ("gt", "9999-12-31", []),
    ("lte", "9999-12-31", [*MOMENTS]),
    ("gte", "1000-01-01", [*MOMENTS]),
    ("lt", "1000-01-01", []),
]


@pytest.mark.parametrize(("operator", "text", "names"), SCENARIOS)
async def test_a_day_is_the_whole_day_in_the_zone(
    moments: Caller, operator: str, text: str, names: list[str]
) -> None:
    order = ("sort", "seen")
    found = await moments.names((f"filter[seen][{operator}]", text), BERLIN, order)
    assert sorted(found, key=ALL.index) == names
    value: object = text.split(",") if operator in {"in", "nin", "between"} else text
    document = {"filter": {"seen": {operator: value}}, "timeZone": BERLIN[1]}
    page = await moments.query({**document, "sort": ["seen"]})
    assert [row["name"] for row in page.data] == found
    groups = await moments.service.aggregate_json(moments.scope, moments.access, "gadgets", document)
    assert groups.data == [{"count": len(names)}]


async def test_without_a_zone_a_day_is_one_of_utc(moments: Caller) -> None:
    for pairs in ((), (("timeZone", "UTC"),)):
        found = await moments.names(("filter[seen]", "2026-03-29"), *pairs)
        assert sorted(found) == sorted(name for name, inside in IN_UTC.items() if inside)


async def test_days_with_two_hours_of_one_name_have_25_hours(anywhere: Caller) -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for hours in range(-1, 27):
        await anywhere.create(name=f"{hours}", seen=(start + timedelta(hours=hours)).isoformat())
    found = await anywhere.names(("filter[seen]", "2026-10-25"), BERLIN, ("limit", "200"))
    assert sorted(map(int, found)) == list(range(25))
    groups = await anywhere.groups(("groupBy", "day(seen)"), BERLIN)
    assert [(row["day(seen)"], row["count"]) for row in groups] == [
        ("2026-10-24", 1),
        ("2026-10-25", 25),
        ("2026-10-26", 2),
    ]


PARTS = {
    "year": lambda one: f"{one:%Y}",
    "quarter": lambda one: f"{one.year}-Q{(one.month + 2) // 3}",
    "month": lambda one: f"{one:%Y-%m}",
    "week": lambda one: "{}-W{:02}".format(*one.isocalendar()[:2]),
    "day": lambda one: f"{one:%Y-%m-%d}",
}


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Etc/GMT+12", "UTC"]
)
async def test_groups_begin_where_days_begin_in_the_zone(anywhere: Caller, zone: str) -> None:
    edges = ["1900-06-01T12:00:00Z", "2026-12-31T23:30:00Z", "2027-01-01T04:30:00Z", "2026-07-01T03:59:59Z"]
    changes = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"]
    moments = [datetime.fromisoformat(one) for one in edges + changes]
    moments += [datetime(2020 + n, 1 + n, 1, tzinfo=UTC) - timedelta(hours=5 * n) for n in range(12)]
    for moment in moments:
        await anywhere.create(name="x", seen=moment.isoformat())
    for part, label in PARTS.items():
        rows = await anywhere.groups(
            ("groupBy", f"{part}(seen)"), ("timeZone", zone), ("filter[seen][null]", "false")
        )
        expected: dict[str, int] = {}
        for moment in moments:
            name = label(moment.astimezone(ZoneInfo(zone)))
            expected[name] = expected.get(name, 0) + 1
        assert {row[f"{part}(seen)"]: row["count"] for row in rows} == expected


async def test_the_ends_of_the_calendar_have_groups(anywhere: Caller) -> None:
    for moment in ("1000-01-01T12:00:00Z", "9999-12-31T23:59:59Z"):
        await anywhere.create(name="x", seen=moment)
    rows = await anywhere.groups(("groupBy", "year(seen)"), BERLIN)
    assert [row["year(seen)"] for row in rows] == ["1000", "9999"]


async def test_nothing_to_group_is_no_groups(anywhere: Caller) -> None:
    assert await anywhere.groups(("groupBy", "day(seen)"), BERLIN) == []


async def test_dates_are_the_same_in_every_zone(anywhere: Caller) -> None:
    await anywhere.create(name="x", born="2026-03-29")
    assert await anywhere.names(("filter[born]", "2026-03-29"), ("timeZone", "Pacific/Apia")) == ["x"]
    rows = await anywhere.groups(("groupBy", "day(born)"), ("timeZone", "Pacific/Apia"))
    assert rows == [{"day(born)": "2026-03-29", "count": 1}]


async def test_a_cursor_holds_for_its_time_zone_alone(moments: Caller) -> None:
    for pairs in ((("filter[seen][lte]", "2026-03-29"),), (("sort", "seen"),)):
        page = await moments.page(*pairs, BERLIN, ("limit", "1"))
        assert page.next is not None
        assert (await moments.page(*pairs, BERLIN, ("limit", "1"), ("cursor", page.next))).data
        for zone in ("Europe/Paris", "UTC"):
            with pytest.raises(CursorMismatch):
                await moments.page(*pairs, ("timeZone", zone), ("limit", "1"), ("cursor", page.next))


async def test_days_work_beyond_lookups_and_in_groups_of_conditions(moments: Caller) -> None:
    parent = (await moments.page(("filter[name]", "noon"))).data[0]["id"]
    await moments.create(name="child", parent=parent)
    assert await moments.names(("filter[parent.seen]", "2026-03-29"), BERLIN) == ["child"]
    assert "child" not in await moments.names(("filter[parent.seen][ne]", "2026-03-29"), BERLIN)
    found = await moments.names(
        ("filter[or][0][seen]", "2026-03-30"), ("filter[or][1][seen][lt]", "2026-03-29"), BERLIN
    )
    assert sorted(found) == ["after", "before"]
    rows = await moments.groups(
        ("groupBy", "day(parent.seen)"), BERLIN, ("filter[parent.seen]", "2026-03-29")
    )
    assert rows == [{"day(parent.seen)": "2026-03-29", "count": 1}]


async def test_the_smaller_day_comes_first(caller: Caller) -> None:
    with pytest.raises(InvalidQuery):
        await caller.page(("filter[seen][between]", "2026-03-30,2026-03-29"))


def changes_of(name: str) -> Iterator[datetime]:
    """Every hour at which the offset of a zone is another than an hour before, from 1850 to 2040."""
    zone, hour = ZoneInfo(name), timedelta(hours=1)
    at, before = datetime(1850, 1, 1, tzinfo=UTC), None
    while at.year < 2040:
        now = at.astimezone(zone).utcoffset()
        if before is not None and now != before:
            yield at
        at, before = at + hour, now


@pytest.mark.parametrize("name", ["Africa/Casablanca", "America/Argentina/San_Luis", "Europe/Warsaw"])
def test_no_change_of_clocks_is_overlooked(name: str) -> None:
    offsets = Zone(name).offsets(datetime(1850, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    starts = [one.start for one in offsets[1:]]
    for found, start in zip(changes_of(name), starts, strict=True):
        assert timedelta(0) <= found - start < timedelta(hours=1)


def test_every_name_is_a_zone_that_begins_its_days() -> None:
    for name in zone_names():
        day = Zone(name).day(date(2026, 3, 29))
        assert day.end is not None
        assert timedelta(hours=22) <= day.end - day.start <= timedelta(hours=26), name
    assert {"Europe/Berlin", "UTC"} <= zone_names()
    assert "localtime" not in zone_names()
