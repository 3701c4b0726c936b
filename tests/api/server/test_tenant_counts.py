"""Requests by tenant: bounded labels, complete sums, counts that never decrease."""

import re

from hypothesis import given
from hypothesis import strategies as st

from api.server.tenant_counts import MOST_TENANTS, TenantCounts


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def counts(tenants: TenantCounts) -> dict[str, int]:
    found = re.findall(r'requests_total\{tenant="([^"]*)"\} (\d+)', "\n".join(tenants.lines()))
    return {slug: int(count) for slug, count in found}


def test_few_tenants_are_all_named() -> None:
    tenants = TenantCounts()
    for number in range(40):
        tenants.add(f"t{number}", 0.5)
    assert counts(tenants) == {"": 0} | {f"t{number}": 1 for number in range(40)}


def test_a_tenant_that_becomes_busy_is_named_in_place_of_a_quiet_one() -> None:
    clock = Clock()
    tenants = TenantCounts(clock)
    for number in range(2 * MOST_TENANTS):
        tenants.add(f"quiet{number}", 0.1)
    clock.now = 61
    counts(tenants)
    for number in range(MOST_TENANTS + 5):
        for _ in range(1 + (number < 5)):
            tenants.add(f"busy{number}", 1.0 + number)
    clock.now = 122
    found = counts(tenants)
    assert {"busy0", "busy4", f"busy{MOST_TENANTS + 4}"} <= set(found)
    tenants.add("busy0", 1.0)
    assert counts(tenants)["busy0"] == 1  # what was counted before is with the others


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90)), max_size=400))
def test_labels_are_bounded_sums_complete_and_nothing_decreases(steps: list[tuple[int, int]]) -> None:
    clock = Clock()
    tenants = TenantCounts(clock)
    before = counts(tenants)
    for number, (tenant, pause) in enumerate(steps, start=1):
        tenants.add(f"t{tenant}", 0.001)
        clock.now += pause
        after = counts(tenants)
        assert len(after) <= 2 * MOST_TENANTS + 1
        assert sum(after.values()) == number
        assert all(after[slug] >= count for slug, count in before.items() if slug == "" or slug in after)
        before = after
