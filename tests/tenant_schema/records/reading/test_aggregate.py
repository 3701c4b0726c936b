"""Aggregates come out the same on every database as in plain Python, to the last digit."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.query_string import parse_aggregate
from tenant_schema.records.reading.aggregate import aggregate
from tests.tenant_schema.records.access.test_rules_with_paths import Reader
from tests.tenant_schema.records.family import Family

EXACT = Context(prec=80)
PARTS = {
    "year": lambda day: f"{day:%Y}",
    "quarter": lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}",
    "month": lambda day: f"{day:%Y-%m}",
    "week": lambda day: "{}-W{:02}".format(*day.isocalendar()),
    "day": lambda day: f"{day:%Y-%m-%d}",
}
DAYS = [
    *(date(2024, 12, 30), date(2025, 1, 1), date(2026, 3, 31), date(2027, 1, 1)),
    *(date(1000, 1, 1), date(9999, 12, 31)),
]


def moment(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 59, 59, 999_999, tzinfo=UTC)


LEAST, MOST = -(2**63), 2**63 - 1


def firm(
    name: str, industry: str | None, size: int | None, worth: str | None, day: int | None
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "name": name,
        "industry": industry,
        "size": size,
        "worth": worth and Decimal(worth),
        "founded": None if day is None else DAYS[day],
    }


FIRMS = [
    firm("a", "tech", 3, "0.10", 0),
    firm("b", "tech", MOST, "0.20", 1),
    firm("c", "tech", MOST, "-0.05", 2),
    firm("d", "food", LEAST, "9999999999999.99", None),
    firm("e", "food", -1, "9999999999999.99", 3),
    firm("f", None, None, None, 4) | {"seen": moment(DAYS[1], 23)},
    firm("g", None, None, None, 5) | {"seen": moment(DAYS[0], 0)},
    firm("trash", "tech", 1, None, None) | {"deleted_at": utc_now()},
]
NO_VALUES = dict.fromkeys(("sum(worth)", "avg(worth)", "min(worth)", "max(size)"))
SCENARIOS: list[tuple[dict[str, str], list[dict[str, Any]]]] = [
    ({}, [{"count": 7}]),
    ({"select": "count,count(size),sum(size)"}, [{"count": 7, "count(size)": 5, "sum(size)": 2 + 2**63 - 2}]),
    (
        {"groupBy": "industry", "select": "count,sum(worth),avg(worth),min(worth),max(size)"},
        [
            {"industry": None, "count": 2, **NO_VALUES},
            {
                "industry": "food", "count": 2, "sum(worth)": "19999999999999.98", "max(size)": -1,
                "avg(worth)": "9999999999999.990000", "min(worth)": "9999999999999.99",
            },
            {
                "industry": "tech", "count": 3, "sum(worth)": "0.25", "max(size)": 2**63 - 1,
                "avg(worth)": "0.083333", "min(worth)": "-0.05",
            },
        ],
    ),
    (
        {"groupBy": "industry", "select": "sum(size)", "sort": "-sum(size)"},
        [
            {"industry": "tech", "sum(size)": 2**64 + 1},
            {"industry": "food", "sum(size)": -(2**63) - 1},
            {"industry": None, "sum(size)": None},
        ],
    ),
    (
        {"groupBy": "week(founded)", "filter[industry]": "tech"},
        [{"week(founded)": "2025-W01", "count": 2}, {"week(founded)": "2026-W14", "count": 1}],
    ),
    (
        {"groupBy": "industry,year(founded)", "sort": "-year(founded),industry", "limit": "3"},
        [
            {"industry": None, "year(founded)": "9999", "count": 1},
            {"industry": "food", "year(founded)": "2027", "count": 1},
            {"industry": "tech", "year(founded)": "2026", "count": 1},
        ],
    ),
    (
        {"groupBy": "day(seen)", "select": "max(seen),min(name),max(founded)", "filter[seen][null]": "false"},
        [
            {
                "day(seen)": "2024-12-30", "max(seen)": "2024-12-30T00:59:59.999999Z",
                "min(name)": "g", "max(founded)": "9999-12-31",
            },
            {
                "day(seen)": "2025-01-01", "max(seen)": "2025-01-01T23:59:59.999999Z",
                "min(name)": "f", "max(founded)": "1000-01-01",
            },
        ],
    ),
    ({"groupBy": "founded", "filter[name]": "a"}, [{"founded": "2024-12-30", "count": 1}]),
    ({"groupBy": "worth", "filter[name][in]": "d,e"}, [{"worth": "9999999999999.99", "count": 2}]),
    ({"groupBy": "owner.name", "limit": "1"}, [{"owner.name": None, "count": 7}]),
]  # fmt: skip


async def test_scenarios(family: Family) -> None:
    await family.fill("firms", FIRMS)
    for asked, expected in SCENARIOS:
        with family.counted() as sent:
            found = await family.caller("firms").groups(*asked.items())
        assert (asked, found) == (asked, expected)
        assert len(sent) == 1


@pytest.mark.parametrize("part", PARTS)
async def test_parts_of_dates_and_moments(family: Family, part: str) -> None:
    days = [
        date(year, month, day) for year in range(2019, 2029) for month in (1, 12) for day in (1, 3, 28, 31)
    ]
    await family.fill("firms", [{"name": "x", "founded": day, "seen": moment(day, 23)} for day in days])
    expected = sorted({PARTS[part](day) for day in days})
    for field in ("founded", "seen"):
        found = await family.caller("firms").groups(("groupBy", f"{part}({field})"), ("limit", "1000"))
        assert [row[f"{part}({field})"] for row in found] == expected
        assert sum(row["count"] for row in found) == len(days)


async def test_years_have_four_digits_in_every_time_zone(family: Family) -> None:
    await family.fill("firms", [{"name": "x", "seen": moment(date(1000, 1, 1), 0)}])
    for part, expected in (("year", "0999"), ("quarter", "0999-Q4"), ("month", "0999-12")):
        asked = (("groupBy", f"{part}(seen)"), ("timeZone", "America/New_York"))
        assert await family.caller("firms").groups(*asked) == [{f"{part}(seen)": expected, "count": 1}]


async def test_beyond_lookups_as_far_as_they_may_be_seen(family: Family) -> None:
    await family.fill("firms", FIRMS)
    firms = {row["name"]: row["id"] for row in family.rows["firms"]}
    staff = [("x", "a", "1.5"), ("y", "a", "2.25"), ("z", "d", "4"), ("t", "trash", "8"), ("n", None, "16")]
    await family.fill("staff", [{"name": n, "firm": firms.get(f), "pay": Decimal(p)} for n, f, p in staff])
    asked = (("groupBy", "firm.industry"), ("select", "sum(pay),max(firm.size)"))
    assert await family.caller("staff").groups(*asked) == [
        {"firm.industry": None, "sum(pay)": "24.000", "max(firm.size)": None},
        {"firm.industry": "food", "sum(pay)": "4.000", "max(firm.size)": -(2**63)},
        {"firm.industry": "tech", "sum(pay)": "3.750", "max(firm.size)": 3},
    ]
    reader = Reader(family, {"firms": {"industry": "tech"}, "staff": {"name": {"ne": "x"}}})
    target = await reader.target()
    summary = parse_aggregate(asked, target.readable)
    assert (await aggregate(target, summary)).data == [
        {"firm.industry": None, "sum(pay)": "28.000", "max(firm.size)": None},
        {"firm.industry": "tech", "sum(pay)": "2.250", "max(firm.size)": 3},
    ]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["tech", "food", None]),
        st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
        st.none() | st.decimals("-9999999999999.99", "9999999999999.99", places=2),
        st.none() | st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("family", ["sqlite", "mariadb"], indirect=True)
@given(rows=ROWS, part=st.sampled_from([*PARTS, None]))
async def test_as_in_plain_python(family: Family, rows: list[Any], part: str | None) -> None:
    made = [{"name": "x", "industry": i, "size": s, "worth": w, "founded": f} for i, s, w, f in rows]
    await family.fill("firms", made)
    by = f"{part}(founded)" if part else "industry"
    select = "count,count(size),sum(size),avg(size),min(size),sum(worth),avg(worth),max(worth)"
    found = await family.caller("firms").groups(("groupBy", by), ("select", select), ("limit", "1000"))
    groups: dict[str | None, list[Any]] = defaultdict(list)
    for industry, size, worth, founded in rows:
        key = industry if part is None else None if founded is None else PARTS[part](founded)
        groups[key].append((size, worth))
    assert {row[by]: {key: row[key] for key in row if key != by} for row in found} == {
        key: meant(members) for key, members in groups.items()
    }


def meant(members: Sequence[Any]) -> dict[str, Any]:
    sizes = [size for size, _ in members if size is not None]
    worths = [worth for _, worth in members if worth is not None]
    return {
        "count": len(members),
        "count(size)": len(sizes),
        "sum(size)": sum(sizes) if sizes else None,
        "avg(size)": average(sizes, 4),
        "min(size)": min(sizes, default=None),
        "sum(worth)": f"{sum(worths, Decimal(0)):.2f}".replace("-0.00", "0.00") if worths else None,
        "avg(worth)": average(worths, 6),
        "max(worth)": f"{max(worths):.2f}".replace("-0.00", "0.00") if worths else None,
    }


def average(values: Sequence[Any], scale: int) -> str | None:
    if not values:
        return None
    exact = EXACT.divide(sum(map(Decimal, values), Decimal(0)), Decimal(len(values)))
    rounded = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT)
    return f"{rounded if rounded else abs(rounded):f}"


PROBLEMS = [
    ({"groupBy": "industri"}, ("groupBy", "unknown-field", "industry")),
    ({"groupBy": "mont(founded)"}, ("groupBy", "unknown-function", "month")),
    ({"groupBy": "month(industry)"}, ("groupBy", "not-a-time", None)),
    ({"groupBy": "notes"}, ("groupBy", "not-groupable", None)),
    ({"groupBy": "month(founded"}, ("groupBy", "unknown-field", "founded")),
    ({"groupBy": "name,industry,size,worth,founded,seen"}, ("groupBy", "too-many-fields", None)),
    ({"groupBy": "industry", "sort": "industry," * 15 + "count"}, ("sort", "too-many-fields", None)),
    ({"select": "summ(size)"}, ("select", "unknown-function", "sum")),
    ({"select": "sum"}, ("select", "malformed", "sum(field)")),
    ({"select": "sum(name)"}, ("select", "function-not-allowed", None)),
    ({"select": "max(parent)"}, ("select", "function-not-allowed", None)),
    ({"sort": "size"}, ("sort", "unknown-field", None)),
    ({"limit": "1001"}, ("limit", "out-of-range", None)),
    ({"fields": "name"}, ("fields", "unknown-parameter", None)),
]


@pytest.mark.parametrize("family", ["sqlite"], indirect=True)
async def test_problems(family: Family) -> None:
    for asked, expected in PROBLEMS:
        with pytest.raises(InvalidQuery) as raised:
            await family.caller("firms").groups(*asked.items())
        problem = raised.value.problems[0]
        assert (problem.field, problem.code, problem.did_you_mean) == expected
