"""Batches stream from the server."""

from collections.abc import AsyncIterator

import pytest

from piccolo_engines.errors import StatementError
from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import MUSIC, Band, Manager, created


@pytest.fixture
async def many(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, *MUSIC):
        for start in range(0, 2000, 500):
            await Manager.insert(*(Manager(name=f"{start + number:05}") for number in range(500)))
        yield engine


async def test_all_rows_come_in_order(many: MySQLEngine) -> None:
    sizes, seen = [], []
    async with (
        await Manager.select()
        .where(Manager.name >= "00010")
        .order_by(Manager.id)
        .batch(batch_size=300) as batch
    ):
        async for rows in batch:
            sizes.append(len(rows))
            seen += [row["name"] for row in rows]
    assert sizes == [300] * 6 + [190]
    assert seen == [f"{number:05}" for number in range(10, 2000)]
    assert many.pool_use.in_use == 0


async def test_objects_and_raw_queries_come_in_batches(many: MySQLEngine) -> None:
    async with await Manager.objects().order_by(Manager.id).batch(batch_size=1999) as batch:
        first = await batch.__anext__()
        assert isinstance(first[0], Manager)
        assert len(await batch.__anext__()) == 1
    await Band(name="b").save()
    async with await Band.raw("SELECT * FROM band WHERE name = {}", "b").batch() as batch:
        assert [rows[0]["founded"].tzinfo is not None async for rows in batch] == [True]


async def test_a_batch_left_early_harms_nobody(many: MySQLEngine) -> None:
    async with await Manager.select().batch(batch_size=10) as batch:
        async for _ in batch:
            break
    assert await Manager.count() == 2000
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with await Manager.select().batch(batch_size=10) as batch:
            await batch.__anext__()
            raise ZeroDivisionError
    assert await Manager.count() == 2000


async def test_a_wrong_statement_is_reported(many: MySQLEngine) -> None:
    with pytest.raises(StatementError):
        async with await Manager.raw("SELECT nothing").batch():
            pass
    assert await Manager.count() == 2000
