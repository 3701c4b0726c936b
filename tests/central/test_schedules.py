"""Schedules in the form of cron, and when each tenant is due by one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.schedules import Schedule, spread

NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
IDS = st.uuids()
SCHEDULES = st.sampled_from(
    ["0 2 * * *", "*/5 * * * *", "30 */6 * * *", "0 0 1 * *", "15 3 * * SUN", "0 12 29 2 *", "* * * * *"]
).map(Schedule.parse)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("0 2 * * *", datetime(2026, 12, 2, 2, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 12, 1, 10, 45, tzinfo=UTC)),
        ("0 0 * * MON", datetime(2026, 12, 7, tzinfo=UTC)),
        ("30 10 1 12 *", datetime(2027, 12, 1, 10, 30, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("  0   2 * *  1-5 ", datetime(2026, 12, 2, 2, tzinfo=UTC)),
    ],
)
def test_the_next_time(text: str, following: datetime) -> None:
    assert Schedule.parse(text).next_after(NOW) == following


@pytest.mark.parametrize(
    "text",
    ["", "0", "* * * *", "* * * * * *", "60 * * * *", "x * * * *", "0 0 30 2 *", "@daily", "0 2 * * *" * 20],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="schedule"):
        Schedule.parse(text)


@given(SCHEDULES, IDS, st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 # the zone is given
def test_a_tenant_is_due_once_for_each_time(schedule: Schedule, tenant: UUID, moment: datetime) -> None:
    times = [moment]
    for _ in range(4):
        times.append(schedule.next_for(tenant, times[-1]))
    assert all(earlier < later for earlier, later in pairwise(times))
    scheduled = [schedule.next_after(at - timedelta(hours=1, minutes=1)) for at in times[1:]]
    assert all(at - timedelta(hours=1, minutes=1) < at for at in scheduled)
    for earlier, later in pairwise(times[1:]):
        between = schedule.next_after(earlier)
        assert later >= between - timedelta(hours=1)


@given(SCHEDULES, IDS)
def test_it_begins_within_the_hour_after_the_scheduled_time(schedule: Schedule, tenant: UUID) -> None:
    due = schedule.next_for(tenant, NOW)
    before = due - timedelta(hours=1) - timedelta(seconds=1)
    assert schedule.next_after(before) <= due


@given(IDS, st.integers(1, 100_000))
def test_the_delay_is_within_its_window_and_always_the_same(tenant: UUID, seconds: int) -> None:
    window = timedelta(seconds=seconds)
    assert timedelta() <= spread(tenant, window) < window
    assert spread(tenant, window) == spread(tenant, window)


def test_tenants_are_spread_over_the_hour() -> None:
    schedule = Schedule.parse("0 2 * * *")
    minutes = [0] * 60
    for number in range(6_000):
        due = schedule.next_for(UUID(int=number), NOW)
        assert due.hour == 2
        minutes[due.minute] += 1
    assert min(minutes) > 50
    assert max(minutes) < 160
