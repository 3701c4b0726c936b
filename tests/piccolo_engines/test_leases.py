"""Leases: one owner at a time, and no effect of one that was replaced."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.engine.base import Engine
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.leases import Lease, LeaseStore
from tests.piccolo_engines.tables import DB
from tests.support.waiting import until


class Errand(Table, db=DB, tablename="errands"):
    """What one process at a time works on."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=20, unique=True)
    owner = UUID(default=None, null=True)
    leased_until = Timestamptz()
    result = Varchar(null=True, default=None)


class Clock:
    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self):
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def leases(any_database: Engine[Any], clock: Clock) -> LeaseStore:
    await Errand.create_table()
    return LeaseStore(Errand, duration=timedelta(seconds=30), running=Errand.result.is_null(), now=clock)


async def row() -> dict[str, object]:
    found = await Errand.select().first()
    assert found is not None
    return found


async def test_of_many_who_take_it_at_once_one_is_the_owner(leases: LeaseStore) -> None:
    taken = await asyncio.gather(*(leases.take(Errand(name="x")) for _ in range(10)))
    (owner,) = [one for one in taken if one is not None]
    assert (await row())["owner"] == owner.owner


async def test_it_is_taken_over_once_its_time_is_up_and_by_one_alone(
    leases: LeaseStore, clock: Clock
) -> None:
    first = await leases.take(Errand(name="x"))
    read = await row()
    clock.now += timedelta(seconds=30, microseconds=-1)
    assert await leases.take_over(read) is None
    clock.now += timedelta(seconds=1)
    taken = await asyncio.gather(*(leases.take_over(read) for _ in range(10)))
    (second,) = [one for one in taken if one is not None]
    assert first is not None
    assert second.id == first.id
    assert second.owner != first.owner


async def test_an_owner_that_wakes_up_in_time_keeps_it(leases: LeaseStore, clock: Clock) -> None:
    lease = await leases.take(Errand(name="x"))
    assert lease is not None
    read = await row()
    clock.now += timedelta(seconds=31)
    assert await leases.renew(lease)
    assert await leases.take_over(read) is None


async def test_whoever_was_replaced_changes_releases_and_renews_nothing(
    leases: LeaseStore, clock: Clock
) -> None:
    first = await leases.take(Errand(name="x"))
    assert first is not None
    clock.now += timedelta(seconds=31)
    second = await leases.take_over(await row())
    assert second is not None

    await leases.release(first)
    assert not await leases.renew(first)
    assert not await leases.change(first, {Errand.result: "late"})

    assert await leases.change(second, {Errand.result: "done"})
    await leases.release(second)  # finished rows stay
    assert (await row())["result"] == "done"


async def test_a_dead_owner_is_replaced_before_its_time_is_up(leases: LeaseStore) -> None:
    await leases.take(Errand(name="x"))
    assert await leases.take_over(await row(), is_owner_dead=True) is not None


async def test_inside_the_block_it_is_renewed_and_a_failure_releases_it(any_database: Engine[Any]) -> None:
    await Errand.create_table()
    slept = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == 10
        if slept.is_set():
            await asyncio.Event().wait()
        slept.set()

    leases = LeaseStore(Errand, duration=timedelta(seconds=30), sleep=sleep)
    lease = await leases.take(Errand(name="x"))
    assert isinstance(lease, Lease)
    before = (await row())["leased_until"]

    async def failing() -> None:
        async with leases.kept_unless_failed(lease):
            await slept.wait()

            async def is_renewed() -> bool:
                return bool((await row())["leased_until"] != before)

            await until(is_renewed)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert not await Errand.exists()
