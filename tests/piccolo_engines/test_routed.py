"""A slot sends queries to the engine that is bound here and now, and to no other."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from piccolo.engine.base import Engine
from piccolo.table import create_db_tables

from piccolo_engines.errors import EngineNotBound, UniqueViolation
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.tables import DB, Band, Manager


async def database(path: Path, *names: str) -> SQLiteEngine:
    engine = SQLiteEngine(path, synchronous="OFF")
    with DB.bind(engine):
        await create_db_tables(Manager, Band)
        await Band.insert(*(Band(name=name) for name in names))
    return engine


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    engine = await database(tmp_path / "acme.sqlite", "acme")
    yield engine
    await engine.close()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    engine = await database(tmp_path / "demo.sqlite", "demo")
    yield engine
    await engine.close()


async def band_name() -> str:
    row = await Band.select(Band.name).first()
    assert row is not None
    name: str = row["name"]
    return name


async def test_a_query_with_nothing_bound_raises_and_says_what_to_do() -> None:
    with pytest.raises(EngineNotBound, match=r"'test', and there is no default.*bind\(engine\)") as caught:
        await Band.select()
    assert caught.value.slot == "test"


UNBOUND: dict[str, Any] = {
    "engine_type": lambda: DB.engine_type,
    "transaction": lambda: DB.transaction(),
    "atomic": lambda: DB.atomic(),
    "transaction_exists": lambda: DB.transaction_exists(),
    "current_transaction": lambda: DB.current_transaction,
    "log_queries": lambda: DB.log_queries,
    "get_version_sync": lambda: DB.get_version_sync(),
    "what only some engines have": lambda: DB.extra_nodes,
}


@pytest.mark.parametrize("ask", UNBOUND.values(), ids=UNBOUND)
def test_with_nothing_bound_there_is_no_default_for_anything(ask: Any) -> None:
    with pytest.raises(EngineNotBound):
        ask()
    assert not DB.is_bound


def test_a_slot_is_an_engine_to_piccolo_and_counts_as_one() -> None:
    slot = RoutedEngine("any")
    assert isinstance(slot, Engine)
    assert slot
    assert repr(slot) == "RoutedEngine('any')"


async def test_queries_go_to_the_engine_that_is_bound(acme: SQLiteEngine, demo: SQLiteEngine) -> None:
    with DB.bind(acme):
        assert await band_name() == "acme"
        with DB.bind(demo):
            assert await band_name() == "demo"
        assert await band_name() == "acme"
    assert not DB.is_bound


async def test_the_binding_is_restored_when_the_block_fails(acme: SQLiteEngine) -> None:
    with pytest.raises(UniqueViolation), DB.bind(acme):
        await Band.insert(Band(name="acme"))
    assert not DB.is_bound


async def test_slots_do_not_know_each_other(acme: SQLiteEngine) -> None:
    other = RoutedEngine("other")
    with DB.bind(acme):
        assert not other.is_bound


async def test_what_is_started_inside_the_block_is_bound_too(acme: SQLiteEngine) -> None:
    go_on = asyncio.Event()

    async def in_the_background() -> str:
        await go_on.wait()
        return await band_name()

    with DB.bind(acme):
        assert await asyncio.gather(band_name(), band_name()) == ["acme", "acme"]
        task = asyncio.create_task(in_the_background())
    assert not DB.is_bound
    go_on.set()
    assert await task == "acme"


async def test_a_binding_made_in_a_child_task_is_not_seen_by_its_parent(
    acme: SQLiteEngine, demo: SQLiteEngine
) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def child() -> str:
        with DB.bind(demo):
            inside.set()
            await go_on.wait()
            return await band_name()

    with DB.bind(acme):
        task = asyncio.create_task(child())
        await inside.wait()
        assert await band_name() == "acme"
        go_on.set()
        assert await task == "demo"


async def test_a_cancelled_block_leaves_nothing_bound(acme: SQLiteEngine) -> None:
    async def block() -> None:
        try:
            with DB.bind(acme):
                await asyncio.sleep(60)
        finally:
            assert not DB.is_bound

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_hundreds_of_tasks_never_see_each_others_database(
    acme: SQLiteEngine, demo: SQLiteEngine
) -> None:
    async def visitor(seed: int) -> None:
        dice = random.Random(seed)
        engine, name = dice.choice([(acme, "acme"), (demo, "demo")])
        with DB.bind(engine):
            for _ in range(3):
                await asyncio.sleep(dice.random() / 500)
                assert await band_name() == name
                async with DB.transaction():
                    assert await band_name() == name

    await asyncio.gather(*(visitor(seed) for seed in range(300)))


async def test_transactions_savepoints_and_atomics_go_through(acme: SQLiteEngine, demo: SQLiteEngine) -> None:
    with DB.bind(acme):
        async with DB.transaction() as transaction:
            assert DB.transaction_exists()
            await Band.insert(Band(name="kept"))
            savepoint = await transaction.savepoint()
            await Band.insert(Band(name="dropped"))
            await savepoint.rollback_to()
            with DB.bind(demo):
                assert not DB.transaction_exists()
        assert not DB.transaction_exists()
        atomic = DB.atomic()
        atomic.add(Band.insert(Band(name="atomic")))
        await atomic.run()
        assert await Band.select(Band.name).order_by(Band.name).output(as_list=True) == [
            "acme",
            "atomic",
            "kept",
        ]


async def test_batches_ddl_and_raw_statements_go_through(acme: SQLiteEngine) -> None:
    with DB.bind(acme):
        await DB.run_ddl("CREATE TABLE extra (id INTEGER)")
        assert await Band.raw("SELECT name FROM band") == [{"name": "acme"}]
        async with await Band.select(Band.name).batch(batch_size=1) as batch:
            assert [rows async for rows in batch] == [[{"name": "acme"}]]


async def test_settings_of_the_bound_engine_are_read_and_written_through_the_slot(acme: SQLiteEngine) -> None:
    with DB.bind(acme):
        DB.log_queries = DB.log_responses = True
        assert DB.log_queries
        assert DB.log_responses
        DB.log_queries = DB.log_responses = False
        before = DB.query_id
        assert DB.get_query_id() == before + 1
        assert DB.path == acme.path
        assert DB.engine_type == "sqlite"
        assert DB.min_version_number == acme.min_version_number
        assert await DB.get_version() == DB.get_version_sync() > 3.35
        assert DB.bound is acme
        await DB.prep_database()
        await DB.check_version()
    assert not acme.log_queries


async def test_connections_are_closed_and_opened_through_the_slot(acme: SQLiteEngine) -> None:
    with DB.bind(acme):
        await DB.close_connection_pool()
        await DB.start_connection_pool()
        assert await band_name() == "acme"
