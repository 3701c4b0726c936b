"""Leases of tenants' engines: opened once, bounded, evicted when idle, and cut for good."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from central.registry import TenantRef
from central.tables import TenantStatus
from central.tenancy.engines import EnginesBusy, TenantEngines, TenantGone
from piccolo_engines.columns import new_id
from piccolo_engines.errors import DatabaseMissing, EngineClosed
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.rows import Clock


class Opener:
    """Opens real engines, slowly if told to, and knows which of them are open."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.opened = Counter()
        self.engines = set()
        self.most = 0
        self.delay = 0.0
        self.failing = False

    async def __call__(self, tenant):
        await asyncio.sleep(self.delay)
        if self.failing:
            raise DatabaseMissing
        self.opened[tenant.slug] += 1
        engine = Engine(self, tenant.slug)
        self.engines.add(engine)
        self.most = max(self.most, len(self.engines))
        return engine

    @property
    def open(self):
        return {engine.slug for engine in self.engines}


class Engine(SQLiteEngine):
    __slots__ = ("opener", "slug")

    def __init__(self, opener: Opener, slug: str) -> None:
        super().__init__(opener.folder / f"{slug}.sqlite")
        self.opener = opener
        self.slug = slug

    async def close(self) -> None:
        await asyncio.sleep(self.opener.delay)
        await super().close()
        self.opener.engines.discard(self)


def tenant(slug: str) -> TenantRef:
    return TenantRef(
        new_id(), slug, slug, TenantStatus.ACTIVE, "sqlite", f"tenant_{slug}", f"{slug}.localhost"
    )


ACME, DEMO, THIRD = tenant("acme"), tenant("demo"), tenant("third")


@pytest.fixture
def opener(tmp_path):
    return Opener(tmp_path)


@pytest.fixture
async def engines(opener):
    engines = TenantEngines(opener, capacity=2, patience=0.05, drain=0.05)
    yield engines
    await engines.close_all()


async def test_an_engine_is_opened_at_the_first_lease_and_kept(engines, opener):
    async with engines.lease(ACME) as first:
        pass
    async with engines.lease(ACME) as second:
        assert first is second
    assert opener.opened == {"acme": 1}


async def test_many_who_ask_at_once_share_one_opening(engines, opener):
    opener.delay = 0.01

    async def use():
        async with engines.lease(ACME) as engine:
            return engine

    assert len(set(await asyncio.gather(*(use() for _ in range(20))))) == 1
    assert opener.opened == {"acme": 1}


async def test_an_engine_that_cannot_be_opened_takes_no_place(engines, opener):
    opener.failing = True
    for _ in range(5):
        with pytest.raises(DatabaseMissing):
            async with engines.lease(ACME):
                pass
    assert engines.stats().open == 0
    opener.failing = False
    async with engines.lease(ACME):
        assert engines.stats().open == 1


async def test_the_least_recently_used_idle_engine_gives_way(engines, opener):
    for one in (ACME, DEMO, ACME, THIRD):
        async with engines.lease(one):
            pass
    assert opener.open == {"acme", "third"}
    assert opener.most == 2
    assert engines.stats().evicted == 1


async def test_an_engine_in_use_never_gives_way_and_the_wait_for_a_place_is_bounded(engines):
    async with engines.lease(ACME) as acme, engines.lease(DEMO):
        with pytest.raises(EnginesBusy, match=r"within 0\.05 s"):
            async with engines.lease(THIRD):
                pass
        assert await acme.run_ddl("SELECT 1 AS one") == [{"one": 1}]
    assert engines.stats().timeouts == 1


async def test_who_waits_gets_the_place_that_becomes_free(opener):
    engines = TenantEngines(opener, capacity=1, patience=5)
    async with engines.lease(ACME):
        waiting = asyncio.create_task(engines.lease(DEMO).__aenter__())
        await asyncio.sleep(0)
        assert engines.stats().waiting == 1
    await waiting
    assert opener.open == {"demo"}


async def test_idle_engines_are_closed_when_their_time_has_come(opener):
    clock = Clock()
    engines = TenantEngines(opener, idle=60, clock=clock)
    async with engines.lease(DEMO):
        async with engines.lease(ACME):
            pass
        clock.seconds += 61
        async with engines.lease(THIRD):
            pass
        assert await engines.close_idle() == 1
        assert opener.open == {"demo", "third"}
    await engines.close_all()
    assert opener.open == set()


async def test_a_discarded_tenant_is_closed_and_not_opened_again(engines, opener):
    async with engines.lease(ACME):
        pass
    await engines.discard(ACME.id)
    assert opener.open == set()
    with pytest.raises(TenantGone):
        async with engines.lease(ACME):
            pass
    async with engines.lease(DEMO):
        pass


async def test_discarding_waits_for_leases(opener):
    engines = TenantEngines(opener, drain=5)
    async with engines.lease(ACME) as engine:
        discard = asyncio.create_task(engines.discard(ACME.id))
        await asyncio.sleep(0.01)
        assert not discard.done()
        assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]
        with pytest.raises(TenantGone):
            async with engines.lease(ACME):
                pass
    await discard
    assert opener.open == set()


async def test_discarding_does_not_wait_for_ever(engines, opener):
    async with engines.lease(ACME):
        async with asyncio.timeout(5):
            await engines.discard(ACME.id)
        assert opener.open == set()


async def test_discarding_while_it_is_being_opened_ends_closed(engines, opener):
    opener.delay = 0.02
    lease = asyncio.create_task(engines.lease(ACME).__aenter__())
    await asyncio.sleep(0.005)
    await engines.discard(ACME.id)
    await asyncio.gather(lease, return_exceptions=True)
    assert opener.open == set()


async def test_discarding_twice_at_once_returns_when_all_is_closed(engines, opener):
    opener.delay = 0.01
    async with engines.lease(ACME):
        pass
    await asyncio.gather(engines.discard(ACME.id), closed_after(engines.discard(ACME.id), opener))


async def closed_after(work, opener):
    await work
    assert opener.open == set()


async def test_discarding_waits_for_an_eviction_under_way(engines, opener):
    for one in (ACME, DEMO):
        async with engines.lease(one):
            pass
    opener.delay = 0.01
    third = asyncio.create_task(engines.lease(THIRD).__aenter__())
    await asyncio.sleep(0)
    await engines.discard(ACME.id)
    assert "acme" not in opener.open
    await third


async def test_a_cancelled_eviction_loses_no_place(engines, opener):
    for one in (ACME, DEMO):
        async with engines.lease(one):
            pass
    opener.delay = 0.01
    third = asyncio.create_task(engines.lease(THIRD).__aenter__())
    await asyncio.sleep(0.001)
    third.cancel()
    await asyncio.gather(third, return_exceptions=True)
    async with engines.lease(THIRD), engines.lease(ACME):
        assert engines.stats().open == 2
    assert opener.most == 2


def disconnected(tenant: TenantRef, *, force: bool = False) -> TenantRef:
    count = tenant.disconnects + 1
    return replace(tenant, disconnects=count, forced_disconnect=count if force else tenant.forced_disconnect)


async def test_disconnecting_closes_the_engine_once_its_leases_are_over_and_new_ones_get_another(opener):
    engines = TenantEngines(opener, drain=5)
    after = disconnected(ACME)
    async with engines.lease(ACME) as first:
        await first.run_ddl("SELECT 1")
        assert await engines.disconnect(after) == 1
        async with engines.lease(after) as second:
            assert second is not first
        async with engines.lease(ACME) as stale:
            assert stale is second, "a request that found its tenant before does not open the old one again"
        await asyncio.sleep(0.05)
        assert await first.run_ddl("SELECT 2"), "what runs is finished"
    await settled(engines)
    with pytest.raises(EngineClosed):
        await first.run_ddl("SELECT 3")
    assert opener.opened["acme"] == 2
    assert await engines.disconnect(after) == 0, "nothing is older than that"
    await engines.close_all()


async def test_a_forced_disconnect_waits_for_no_lease(opener):
    engines = TenantEngines(opener, drain=5)
    async with engines.lease(ACME) as first:
        await engines.disconnect(disconnected(ACME, force=True))
        with pytest.raises(EngineClosed):
            await first.run_ddl("SELECT 1")
    await engines.close_all()


async def test_a_process_that_was_not_asked_follows_with_the_next_lease(opener):
    engines = TenantEngines(opener, drain=5)
    async with engines.lease(ACME) as first:
        pass
    async with engines.lease(disconnected(ACME)) as second:
        assert second is not first
    await settled(engines)
    assert opener.open == {"acme"}
    assert engines.stats().open == 1
    await engines.close_all()


async def test_a_lease_that_waits_for_an_engine_which_is_disconnected_meanwhile_gets_the_new_one(opener):
    engines = TenantEngines(opener, drain=0.05)
    opener.delay = 0.05
    waiting = [asyncio.create_task(engines.lease(ACME).__aenter__()) for _ in range(2)]
    await asyncio.sleep(0.01)
    await engines.disconnect(disconnected(ACME))
    leased = await asyncio.gather(*waiting)
    for engine in leased:  # the first may have the old one, which stays open for as long
        assert await engine.run_ddl("SELECT 1")
    assert leased[0] is not leased[1]
    await engines.close_all()


async def test_deleting_a_tenant_does_not_wait_for_ever_for_what_a_disconnect_waits_for(opener):
    engines = TenantEngines(opener, drain=0.05)
    async with engines.lease(ACME):
        await engines.disconnect(disconnected(ACME))
        async with asyncio.timeout(5):
            await engines.discard(ACME.id)
        assert opener.open == set()
    await engines.close_all()


async def settled(engines: TenantEngines) -> None:
    await asyncio.gather(*engines._closing)


async def test_a_cancelled_lease_is_given_back(engines, opener):
    opener.delay = 0.01
    task = asyncio.create_task(engines.lease(ACME).__aenter__())
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert engines.stats().leased == 0
    assert engines.stats().open == 0


async def test_under_random_use_the_bound_holds_and_every_lease_has_an_open_engine(opener):
    engines = TenantEngines(opener, capacity=4, patience=30)
    opener.delay = 0.0002
    tenants = [tenant(f"t{number}") for number in range(12)]
    chance = random.Random(7)

    async def client():
        for _ in range(20):
            one = chance.choice(tenants)
            try:
                async with asyncio.timeout(chance.choice([0.0005, 30])), engines.lease(one) as engine:
                    assert engine.slug == one.slug
                    assert engine in opener.engines
                    await engine.run_ddl("SELECT 1")
            except TimeoutError:
                pass

    async with AsyncExitStack() as stack:
        stack.push_async_callback(engines.close_all)
        await asyncio.gather(*(client() for _ in range(20)))
        stats = engines.stats()
        assert (stats.leased, stats.waiting) == (0, 0)
        assert stats.open == len(opener.engines) <= 4
    assert opener.most <= 4
    assert opener.open == set()
