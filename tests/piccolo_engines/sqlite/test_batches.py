"""Large results in pieces."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piccolo_engines.errors import AccessDenied, PoolTimeout, StatementError
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.tables import DB, Counter


@pytest.fixture
async def counters(bound: SQLiteEngine) -> None:
    await Counter.insert(*(Counter(number=number) for number in range(10)))


def numbers(pieces: list[list[dict[str, Any]]]) -> list[list[int]]:
    return [[row["number"] for row in piece] for piece in pieces]


@pytest.mark.usefixtures("counters")
@pytest.mark.parametrize(("size", "sizes"), [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (100, [10])])
async def test_pieces_have_the_size_that_was_asked_for(size: int, sizes: list[int]) -> None:
    async with await Counter.select().order_by(Counter.number).batch(batch_size=size) as batch:
        pieces = numbers([piece async for piece in batch])
    assert [len(piece) for piece in pieces] == sizes
    assert sum(pieces, []) == list(range(10))  # noqa: RUF017  # ten numbers


@pytest.mark.usefixtures("counters")
async def test_values_are_bound() -> None:
    async with await Counter.select().where(Counter.number > 7).batch(batch_size=1) as batch:
        assert numbers([piece async for piece in batch]) == [[8], [9]]


@pytest.mark.usefixtures("counters")
async def test_objects_and_raw_queries_come_in_pieces_too() -> None:
    async with await Counter.objects().order_by(Counter.number).batch(batch_size=6) as batch:
        assert [[counter.number for counter in piece] async for piece in batch] == [
            [0, 1, 2, 3, 4, 5],
            [6, 7, 8, 9],
        ]
    async with await Counter.raw("SELECT number FROM counter WHERE number < {}", 2).batch() as batch:
        assert await batch.next() == [{"number": 0}, {"number": 1}]
        assert await batch.next() == []


@pytest.mark.usefixtures("counters")
async def test_a_batch_sees_the_database_as_it_was_at_its_beginning() -> None:
    async with await Counter.select().order_by(Counter.number).batch(batch_size=2) as batch:
        assert numbers([await batch.next()]) == [[0, 1]]
        await Counter.delete(force=True)
        assert numbers([piece async for piece in batch]) == [[2, 3], [4, 5], [6, 7], [8, 9]]
    assert await Counter.count() == 0


@pytest.mark.usefixtures("counters")
async def test_inside_a_transaction_it_sees_what_the_transaction_did() -> None:
    async with DB.transaction():
        await Counter.delete().where(Counter.number < 8)
        async with await Counter.select().order_by(Counter.number).batch(batch_size=1) as batch:
            assert numbers([await batch.next()]) == [[8]]
            await Counter.insert(Counter(number=10))
            assert await Counter.count() == 3
    assert await Counter.count() == 3


@pytest.mark.usefixtures("counters")
async def test_a_batch_that_outlives_its_transaction_ends_quietly() -> None:
    async with DB.transaction() as transaction, await Counter.select().batch(batch_size=1) as batch:
        await batch.next()
        await transaction.rollback()
    assert await Counter.count() == 10


@pytest.mark.usefixtures("counters")
async def test_an_exception_inside_is_passed_on_and_the_connection_given_back(bound: SQLiteEngine) -> None:
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):  # noqa: PT012  # the whole block
            async with await Counter.select().batch(batch_size=1) as batch:
                await batch.next()
                raise ZeroDivisionError


@pytest.mark.usefixtures("counters")
async def test_cancelled_batches_give_their_connections_back() -> None:
    async def read() -> None:
        async with await Counter.select().batch(batch_size=1) as batch:
            async for _ in batch:
                await asyncio.sleep(0.001)

    for delay in range(30):
        task = asyncio.create_task(read())
        await asyncio.sleep(delay / 4000)
        task.cancel()
        await asyncio.wait([task])
    async with await Counter.select().batch() as batch:
        assert len(await batch.next()) == 10


async def test_a_wrong_query_fails_on_entering_and_costs_no_connection(bound: SQLiteEngine) -> None:
    for _ in range(20):
        with pytest.raises(StatementError):
            async with await Counter.raw("SELECT nonsense").batch():
                pass  # pragma: no cover - never reached


async def test_a_batch_only_reads(bound: SQLiteEngine) -> None:
    with pytest.raises(AccessDenied):
        async with await Counter.raw("DELETE FROM counter RETURNING number").batch() as batch:
            await batch.next()


async def test_a_batch_is_read_inside_its_block(bound: SQLiteEngine) -> None:
    batch = await Counter.select().batch()
    with pytest.raises(ValueError, match="inside `async with`"):
        await batch.next()


@pytest.mark.usefixtures("counters")
async def test_open_batches_leave_the_readers_to_others_and_are_limited_themselves(tmp_path: Any) -> None:
    engine = SQLiteEngine(DB.path, readers=1, wait_timeout=0.05)
    with DB.bind(engine):
        batches = [await Counter.select().batch(batch_size=1) for _ in range(9)]
        for batch in batches[:8]:
            await batch.__aenter__()
        assert await Counter.count() == 10
        with pytest.raises(PoolTimeout):
            await batches[8].__aenter__()
        await batches[0].__aexit__(None, None, None)
        async with await Counter.select().batch() as batch:
            assert len(await batch.next()) == 10
        for batch in batches[1:8]:
            await batch.__aexit__(None, None, None)
    await engine.close()


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 30), size=st.integers(1, 40))
def test_no_row_is_lost_or_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, count: int, size: int
) -> None:
    async def read() -> list[int]:
        engine = SQLiteEngine(tmp_path_factory.mktemp("batch") / "a.sqlite", synchronous="OFF")
        with DB.bind(engine):
            await Counter.create_table()
            if count:
                await Counter.insert(*(Counter(number=number) for number in range(count)))
            async with await Counter.select().batch(batch_size=size) as batch:
                found = [row["number"] async for piece in batch for row in piece]
        await engine.close()
        return found

    assert sorted(asyncio.run(read())) == list(range(count))
