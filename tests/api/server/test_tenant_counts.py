"""Requests by tenant: bounded labels, complete sums, counts that never decrease."""

import re

from hypothesis import given
from hypothesis import strategies as st

from api.server.tenant_counts import MOST_NAMED, MOST_TENANTS, TenantCounts, connection_lines


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
    for number in range(MOST_NAMED):
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
        assert len(after) <= MOST_NAMED + 1
        assert sum(after.values()) == number
        assert all(after[slug] >= count for slug, count in before.items() if slug == "" or slug in after)
        before = after


def test_statements_and_written_rows_are_counted_with_the_requests() -> None:
    tenants = TenantCounts()
    tenants.add("acme", 0.5, 3, 0.25)
    tenants.add_rows("acme", 7)
    lines = list(tenants.lines())
    assert 'freehold_tenant_statements_total{tenant="acme"} 3' in lines
    assert 'freehold_tenant_statement_seconds_total{tenant="acme"} 0.250000' in lines
    assert 'freehold_tenant_rows_written_total{tenant="acme"} 7' in lines


def test_who_writes_most_is_named_even_with_few_requests() -> None:
    clock = Clock()
    tenants = TenantCounts(clock)
    for number in range(MOST_NAMED):
        tenants.add(f"t{number}", 0.1)
    tenants.add_rows("importer", 10_000)
    clock.now = 61
    assert "importer" in counts(tenants)


def test_connections_are_those_of_the_tenants_with_the_most() -> None:
    lines = list(connection_lines({f"t{number}": number for number in range(1, MOST_TENANTS + 3)}))
    assert 'freehold_tenant_connections{tenant=""} 3' in lines
    assert f'freehold_tenant_connections{{tenant="t{MOST_TENANTS + 2}"}} {MOST_TENANTS + 2}' in lines
    assert len(lines) == MOST_TENANTS + 3
