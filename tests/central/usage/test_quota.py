"""What a plan lets a tenant store, by counts in memory."""

import pytest

from central.plans.errors import LimitReached
from central.plans.limits import Limits
from central.usage.quota import TenantQuota
from central.usage.rate import TenantRate


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Table:
    """The rows that are there, and how often they were counted."""

    def __init__(self, rows: int) -> None:
        self.rows, self.counts = rows, 0

    async def count(self) -> int:
        self.counts += 1
        return self.rows


@pytest.fixture
def clock() -> Clock:
    return Clock()


def quota_of(limits: Limits, clock: Clock, storage: int | None = None) -> TenantQuota:
    quota = TenantQuota(TenantRate(limits, clock()), clock)
    quota.storage = storage
    return quota


async def test_rows_are_counted_once_and_not_at_each_write(clock: Clock) -> None:
    table, quota = Table(10), quota_of(Limits("basic", rows=100), clock)
    for _ in range(90):
        (await quota.take_rows(1, table.count))(True)
        table.rows += 1
    assert table.counts == 1
    clock.now += 0.5
    with pytest.raises(LimitReached) as refused:
        await quota.take_rows(1, table.count)
    assert (refused.value.limit, refused.value.most, refused.value.used) == ("rows", 100, 100)
    assert refused.value.until is None
    for _ in range(50):
        with pytest.raises(LimitReached):
            await quota.take_rows(1, table.count)
    assert table.counts == 1


async def test_rows_are_counted_again_before_more_are_refused(clock: Clock) -> None:
    table, quota = Table(100), quota_of(Limits("basic", rows=100), clock)
    with pytest.raises(LimitReached):
        await quota.take_rows(1, table.count)
    table.rows = 50  # somebody has deleted some elsewhere
    clock.now += 1.5
    await quota.take_rows(50, table.count)
    assert table.counts == 2


async def test_rows_of_an_open_transaction_count_however_long_it_takes(clock: Clock) -> None:
    table, quota = Table(0), quota_of(Limits("basic", rows=100), clock)
    ended = await quota.take_rows(60, table.count)
    for _ in range(3):
        clock.now += 700
        with pytest.raises(LimitReached) as refused:
            await quota.take_rows(60, table.count)
        assert refused.value.used == 60
    table.rows = 60
    ended(True)
    with pytest.raises(LimitReached) as refused:
        await quota.take_rows(60, table.count)
    assert refused.value.used == 60


async def test_rows_that_were_rolled_back_count_no_longer(clock: Clock) -> None:
    table, quota = Table(0), quota_of(Limits("basic", rows=100), clock)
    (await quota.take_rows(100, table.count))(False)
    (await quota.take_rows(100, table.count))(False)
    assert table.counts == 1
    assert (quota.rate.own.rows_added, quota.rate.own.rows_open) == (0, 0)


async def test_rows_whose_commit_is_not_known_are_counted_before_more_are_refused(clock: Clock) -> None:
    table, quota = Table(0), quota_of(Limits("basic", rows=100), clock)
    (await quota.take_rows(100, table.count))(None)
    await quota.take_rows(100, table.count)
    assert table.counts == 2


async def test_transactions_that_end_while_rows_are_counted_cause_another_count(clock: Clock) -> None:
    table, quota = Table(0), quota_of(Limits("basic", rows=100), clock)
    ended = [await quota.take_rows(50, table.count)]

    async def counted_too_early() -> int:
        found = await table.count()
        if ended:
            table.rows += 50
            ended.pop()(True)
        return found

    async def counted_too_late() -> int:
        if ended:
            table.rows -= 50
            ended.pop()(True)
        return await table.count()

    clock.now += 2
    with pytest.raises(LimitReached) as refused:
        await quota.take_rows(51, counted_too_early)
    assert (refused.value.used, table.counts) == (50, 3)
    ended.append(quota.give_rows(50))
    clock.now += 2
    await quota.take_rows(100, counted_too_late)


async def test_deleted_rows_make_room_once_that_is_committed(clock: Clock) -> None:
    table, quota = Table(100), quota_of(Limits("basic", rows=100), clock)
    with pytest.raises(LimitReached):
        await quota.take_rows(1, table.count)
    deleted, rolled_back = quota.give_rows(1), quota.give_rows(99)
    with pytest.raises(LimitReached):
        await quota.take_rows(1, table.count)
    rolled_back(False)
    deleted(True)
    await quota.take_rows(1, table.count)
    with pytest.raises(LimitReached):
        await quota.take_rows(1, table.count)
    assert table.counts == 1


async def test_open_rows_of_other_processes_count_beside_those_that_are_found(clock: Clock) -> None:
    table, quota = Table(10), quota_of(Limits("basic", rows=100), clock)
    await quota.take_rows(0, table.count)
    quota.rows.exchange(60, 60)
    for _ in range(2):
        clock.now += 700
        with pytest.raises(LimitReached) as refused:
            await quota.take_rows(31, table.count)
        assert refused.value.used == 70
    quota.rows.exchange(-60, 0)  # rolled back there
    await quota.take_rows(31, table.count)


async def test_open_rows_of_a_process_that_was_not_known_count_at_once(clock: Clock) -> None:
    table, quota = Table(10), quota_of(Limits("basic", rows=100), clock)
    await quota.take_rows(0, table.count)
    quota.rows.exchange(0, 60)
    with pytest.raises(LimitReached):
        await quota.take_rows(31, table.count)
    await quota.take_rows(30, table.count)


async def test_a_count_of_the_former_database_is_not_kept(clock: Clock) -> None:
    table, quota = Table(100), quota_of(Limits("basic", rows=100), clock)

    async def count() -> int:
        if table.counts == 0:
            quota.rows.forget()
        return await table.count()

    with pytest.raises(LimitReached):
        await quota.take_rows(1, count)
    assert table.counts > 1


async def test_a_plan_below_the_usage_refuses_and_says_by_how_much(clock: Clock) -> None:
    quota = quota_of(Limits("small", rows=5, users=3, objects=2, storage_bytes=10), clock, storage=11)

    async def seven() -> int:
        return 7

    with pytest.raises(LimitReached) as storage:
        quota.require_storage()
    with pytest.raises(LimitReached) as users:
        await quota.require_user(seven)
    with pytest.raises(LimitReached) as objects:
        quota.require_object(6)
    found = [(one.value.limit, one.value.most, one.value.used) for one in (storage, users, objects)]
    assert found == [("storageBytes", 10, 11), ("users", 3, 7), ("objects", 2, 6)]


async def test_without_limits_nothing_is_counted(clock: Clock) -> None:
    table, quota = Table(10**9), quota_of(Limits("wide"), clock, storage=10**15)
    await quota.take_rows(1_000, table.count)
    await quota.require_user(table.count)
    quota.require_object(10**6)
    assert table.counts == 0
