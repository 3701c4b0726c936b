"""Which backups are kept: the latest ones, and the latest of so many days, weeks and months."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.retention import Retention

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # the zone is given
BACKUPS = st.lists(TIMES, unique=True, max_size=60).map(lambda times: list(enumerate(times)))
RULES = st.builds(Retention, st.integers(1, 5), st.integers(0, 8), st.integers(0, 6), st.integers(0, 6))


def daily_backups(days: int, *, hour: int = 2) -> list[tuple[int, datetime]]:
    """One each day until 2026-12-01, numbered by the days that have passed since."""
    last = datetime(2026, 12, 1, hour, tzinfo=UTC)
    return [(day, last - timedelta(days=day)) for day in range(days)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("last=3,daily=7,weekly=4,monthly=6", Retention(3, 7, 4, 6)),
        ("monthly=12 , last=1", Retention(1, 0, 0, 12)),
        ("last=1000", Retention(1000, 0, 0, 0)),
    ],
)
def test_a_rule_is_parsed_and_written(text: str, rule: Retention) -> None:
    assert Retention.parse(text) == rule
    assert Retention.parse(str(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "last",
        "last=",
        "last=-1",
        "last=0",
        "last=1001",
        "daily=7",
        "last=1,last=2",
        "last=1,yearly=1",
        "last=1;daily=2",
        "last=١",
        "last=1,,daily=2",
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must read last=3"):
        Retention.parse(text)


def test_a_year_of_daily_backups() -> None:
    kept = Retention(3, 7, 4, 6).kept(daily_backups(400))
    assert {0, 1, 2, 3, 4, 5, 6} <= kept  # a week of days
    assert {0, 2, 9, 16} <= kept  # the latest of four weeks: Tuesday, and the Sundays before
    assert {0, 1, 31, 31 + 31, 31 + 31 + 30, 31 + 31 + 30 + 31} <= kept  # the last days of months
    assert len(kept) == 7 + 2 + 4


def test_several_a_day_count_as_one_day() -> None:
    morning, evening = daily_backups(3, hour=2), daily_backups(3, hour=20)
    backups = [(f"m{day}", at) for day, at in morning] + [(f"e{day}", at) for day, at in evening]
    assert Retention(1, 3, 0, 0).kept(backups) == {"e0", "e1", "e2"}


def test_days_without_backups_are_not_counted() -> None:
    backups = [(day, at) for day, at in daily_backups(100) if day % 10 == 0]
    assert Retention(1, 3, 0, 0).kept(backups) == {0, 10, 20}


@given(BACKUPS, RULES)
def test_the_latest_are_kept_and_no_more_than_the_numbers_allow(
    backups: list[tuple[int, datetime]], rule: Retention
) -> None:
    kept = rule.kept(backups)
    newest = [id_ for id_, _ in sorted(backups, key=lambda one: one[1], reverse=True)]
    assert set(newest[: rule.last]) <= kept <= set(newest)
    assert len(kept) <= rule.last + rule.daily + rule.weekly + rule.monthly


@given(BACKUPS, RULES)
def test_deleting_what_is_not_kept_changes_nothing_of_what_is(
    backups: list[tuple[int, datetime]], rule: Retention
) -> None:
    kept = rule.kept(backups)
    assert rule.kept([one for one in backups if one[0] in kept]) == kept


@given(BACKUPS, RULES, st.randoms())
def test_the_order_does_not_matter(
    backups: list[tuple[int, datetime]], rule: Retention, chosen: object
) -> None:
    shuffled = list(backups)
    chosen.shuffle(shuffled)  # type: ignore[attr-defined] # a Random
    assert rule.kept(shuffled) == rule.kept(backups)


@given(BACKUPS, RULES)
def test_a_backup_pushes_out_only_what_it_takes_the_place_of(
    backups: list[tuple[int, datetime]], rule: Retention
) -> None:
    """Pruning after each new backup never loses one that pruning once at the end would keep."""
    survivors: list[tuple[int, datetime]] = []
    for one in sorted(backups, key=lambda one: one[1]):
        survivors.append(one)
        kept = rule.kept(survivors)
        survivors = [each for each in survivors if each[0] in kept]
    assert {id_ for id_, _ in survivors} == rule.kept(backups)
