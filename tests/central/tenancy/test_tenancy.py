"""The one door to a tenant's data: bound inside, restored after, whatever happens."""

import asyncio

import pytest

from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy
from piccolo_conf import DB
from piccolo_engines.errors import EngineNotBound
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.tenancy.test_engines import ACME, DEMO


@pytest.fixture
async def tenancy(tmp_path):
    async def opener(tenant):
        return SQLiteEngine(tmp_path / f"{tenant.slug}.sqlite")

    engines = TenantEngines(opener)
    yield Tenancy(engines, DB)
    assert engines.stats().leased == 0
    await engines.close_all()


async def test_inside_the_block_the_tenants_engine_is_bound_and_outside_nothing_is(tenancy):
    async with tenancy.use(ACME) as engine:
        assert DB.bound is engine
        assert engine.path.name == "acme.sqlite"
    with pytest.raises(EngineNotBound):
        await DB.run_ddl("SELECT 1")


async def test_blocks_nest_and_the_outer_binding_comes_back(tenancy):
    async with tenancy.use(ACME) as acme:
        async with tenancy.use(DEMO) as demo:
            assert DB.bound is demo
        assert DB.bound is acme


async def test_the_binding_ends_with_an_exception_and_with_a_cancellation(tenancy):
    with pytest.raises(ValueError, match="oops"):
        async with tenancy.use(ACME):
            raise ValueError("oops")
    assert not DB.is_bound

    async def sleeper():
        async with tenancy.use(ACME):
            await asyncio.sleep(60)

    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not DB.is_bound


async def test_tasks_at_the_same_time_have_each_their_own_tenant(tenancy):
    async def who(tenant):
        async with tenancy.use(tenant):
            for _ in range(20):
                await asyncio.sleep(0)
                assert DB.bound.path.stem == tenant.slug

    await asyncio.gather(*(who(tenant) for _ in range(10) for tenant in (ACME, DEMO)))
