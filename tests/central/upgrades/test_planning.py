"""The waves of an upgrade, and how many of a wave may fail."""

from uuid import UUID

import pytest

from central.upgrades.planning import allowed_failures, parse_share, waves_of

TENANTS = [(UUID(int=number), f"tenant-{number}") for number in range(200)]


def test_canaries_come_first_and_each_wave_reaches_its_share() -> None:
    waves = waves_of(TENANTS, ["tenant-7", "tenant-8"], [0.01, 0.1, 1.0])
    assert waves[0] == [UUID(int=7), UUID(int=8)]
    assert [len(wave) for wave in waves] == [2, 0, 18, 180]
    assert sorted(id_ for wave in waves for id_ in wave) == [id_ for id_, _ in TENANTS]


def test_the_order_is_the_same_each_time_and_not_that_of_creation() -> None:
    first = waves_of(TENANTS, [], [0.1, 1.0])
    assert first == waves_of(list(reversed(TENANTS)), [], [0.1, 1.0])
    assert first[0] != [id_ for id_, _ in TENANTS[:20]]


def test_the_last_share_may_leave_tenants_out() -> None:
    assert [len(wave) for wave in waves_of(TENANTS, [], [0.005, 0.5])] == [1, 99]
    assert waves_of([], ["nobody"], [1.0]) == [[], []]


def test_of_a_small_wave_none_may_fail() -> None:
    assert [allowed_failures(size, 0.01) for size in (1, 99, 100, 10_000)] == [0, 0, 1, 100]


@pytest.mark.parametrize("text", ["", "1", "101%", "-1%", "1.2345%", "a%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no share"):
        parse_share(text)
