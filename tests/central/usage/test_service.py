"""The counters of a process's tenants: exchanged in portions, and kept as long as somebody needs them."""

from typing import Any
from uuid import UUID

import pytest

from central.plans.limits import Limits
from central.plans.tables import ProcessUse
from central.registry import TenantRef
from central.tables import TenantStatus
from central.usage.plans import Plans
from central.usage.service import TenantUsage
from piccolo_engines.columns import new_id
from tests.central.rows import make_tenant, statements_of
from tests.central.usage.test_quota import Clock, Table
from tests.support.registries import new_registry

LIMITS = Limits("basic", requests_per_second=100, rows=10)


def tenant(tenant_id: UUID | None = None) -> TenantRef:
    id_ = tenant_id or new_id()
    return TenantRef(id_, f"t-{id_.hex}", "T", TenantStatus.ACTIVE, "sqlite", "t", "", limits=LIMITS)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.usefixtures("central")
async def test_counters_of_many_tenants_are_exchanged_in_portions(clock: Clock) -> None:
    usage = TenantUsage(new_registry(), clock)
    for _ in range(3_000):  # SQLite binds at most 32,766 values
        rate = usage.rate_of(tenant())
        assert rate is not None
        rate.take(clock())
    await usage.exchange()
    assert await ProcessUse.count() == 3_000
    await usage.write_requests()


@pytest.mark.usefixtures("central")
async def test_a_quota_that_is_bound_for_long_is_that_of_later_requests(clock: Clock) -> None:
    usage, one, table = TenantUsage(new_registry(), clock), tenant(), Table(0)
    bound = usage.quota_of(one)
    assert bound is not None
    await usage.exchange()
    assert await ProcessUse.count() == 0, "what is only bound is not exchanged"
    clock.now += 10_000
    await usage.exchange()
    ended = await bound.take_rows(4, table.count)
    assert usage.quota_of(one) is bound
    clock.now += 10_000
    await usage.exchange()
    (row,) = await ProcessUse.select()
    assert (row["rows_added"], row["rows_open"]) == (4, 4)
    ended(True)
    del bound, ended
    clock.now += 10_000
    await usage.exchange()
    assert not usage._trackers


async def test_limits_are_read_once_and_not_at_each_exchange(clock: Clock, central: Any) -> None:
    registry = new_registry()
    plans, id_ = Plans(registry), (await make_tenant(registry)).id
    await plans.put(LIMITS)
    one = (await plans.assign(id_, "basic")).ref
    usage, sent = TenantUsage(registry, clock), list[int]()
    rate = usage.rate_of(one)
    assert rate is not None
    for _ in range(3):
        rate.take(clock())
        with statements_of(central) as statements:
            await usage.exchange()
        sent.append(len(statements))
    assert sent == [4, 3, 3], "the version, what is written and read, and at first the limits"
    await usage.exchange()  # writes what was left of the rate after the last one
    with statements_of(central) as statements:
        await usage.exchange()
    assert len(statements) == 2, "what has not changed is not written again"
    rate.begin()
    with statements_of(central) as statements:
        await usage.exchange()
        await usage.exchange()
    assert len(statements) == 6, "what is under way is written as long as it is"
