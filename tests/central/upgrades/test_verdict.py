"""What the traffic of tenants says of their upgrade."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from central.upgrades.rows import TenantPart
from central.upgrades.tables import UpgradeTenantState
from central.upgrades.traffic import Ledger
from central.upgrades.verdict import NO_TRAFFIC, Traffic, fault_of, fault_of_all

QUIET = NO_TRAFFIC
WELL = Traffic(200, 0, 2.0)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "before", "others", "is_fault"),
    [
        (Traffic(3, 3), QUIET, QUIET, True),
        (Traffic(2, 2), WELL, WELL, False),  # too few to tell
        (Traffic(200, 3), WELL, WELL, False),
        (Traffic(200, 20), WELL, WELL, True),
        (Traffic(200, 20), Traffic(200, 20), WELL, False),  # as before
        (Traffic(200, 20), WELL, Traffic(200, 25), False),  # as others, which are not upgraded
        (Traffic(50, 50), Traffic(200, 100), WELL, True),
        (QUIET, WELL, WELL, False),
    ],
)
def test_a_share_of_faults_is_compared(
    after: Traffic, before: Traffic, others: Traffic, is_fault: bool
) -> None:
    found = fault_of(after, before, others, WELL)
    assert (found is not None) is is_fault
    if found:
        assert f"{after.faults} of {after.requests} requests failed" in found


@pytest.mark.parametrize(
    ("after", "now", "is_fault"),
    [
        (Traffic(40, 0, 8.0), WELL, True),  # 200 ms in place of 10 ms
        (Traffic(10, 0, 2.0), WELL, False),
        (Traffic(40, 0, 0.8), WELL, False),  # twice as long, which nobody notices
        (Traffic(40, 0, 8.0), Traffic(200, 0, 40.0), False),  # everybody's take longer
    ],
)
def test_times_are_compared(after: Traffic, now: Traffic, is_fault: bool) -> None:
    assert (fault_of(after, WELL, now, WELL) is not None) is is_fault


def test_of_all_together_less_is_enough() -> None:
    slower = Traffic(400, 0, 14.0)  # 35 ms in place of 10 ms
    assert fault_of(slower, WELL, WELL, WELL) is None
    assert fault_of_all(slower, WELL, WELL, WELL) is not None


def part(slug: str, began: int | None = None, upgraded: int | None = None) -> TenantPart:
    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOON + timedelta(seconds=seconds)

    id_, state = UUID(int=0), UpgradeTenantState.DONE
    return TenantPart(id_, id_, slug, 0, state, 1, None, "", False, None, at(began), at(upgraded), None)


def test_each_sample_counts_before_or_after_or_not_at_all() -> None:
    ledger = Ledger(NOON)
    parts = {"acme": part("acme", began=10, upgraded=12), "demo": part("demo")}

    def add(began: int, ended: int, counts: dict[str, tuple[int, int, float]]) -> None:
        first = parts["acme"].upgraded_at
        ledger.add(NOON + timedelta(seconds=began), NOON + timedelta(seconds=ended), counts, parts, first)

    add(0, 5, {"acme": (40, 0, 0.4), "demo": (40, 0, 0.4)})
    add(8, 13, {"acme": (40, 40, 0.4), "demo": (40, 0, 0.4)})  # overlaps with acme's upgrade
    assert ledger.fault("acme") is None
    assert ledger.watched == 0
    add(13, 18, {"acme": (40, 30, 0.4), "demo": (40, 0, 0.4)})
    assert ledger.fault("acme") == "30 of 40 requests failed since the upgrade, and 0 of 40 before."
    assert ledger.fault("demo") is None
    assert ledger.watched == 1


def test_what_also_happens_to_those_that_are_not_upgraded_is_no_fault() -> None:
    ledger = Ledger(NOON)
    parts = {"acme": part("acme", began=10, upgraded=12), "demo": part("demo")}
    counts = {"acme": (40, 30, 0.4), "demo": (40, 30, 0.4)}
    began, ended = NOON + timedelta(seconds=13), NOON + timedelta(seconds=18)
    ledger.add(began, ended, counts, parts, parts["acme"].upgraded_at)
    assert ledger.fault("acme") is None
    assert ledger.fault_of_all() is None
