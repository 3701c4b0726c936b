"""The process list of a server on which statements of any bytes run."""

import asyncio
from contextlib import suppress

from piccolo.querystring import QueryString

from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tests.support.waiting import until


async def test_the_list_says_who_is_connected_to_what(
    engine: MySQLEngine, database: dict[str, object]
) -> None:
    session = await engine.lease()
    (mine,) = [one for one in await process_list(engine) if one.id == session.thread_id]
    assert (mine.user, mine.database) == (database["user"], database["database"])
    assert (mine.command, mine.statement) == ("Sleep", None)
    engine.give_back(session)


async def test_bytes_in_a_statement_that_runs_do_not_spoil_the_list(engine: MySQLEngine) -> None:
    """MySQL's view of the information schema fails with error 3854 meanwhile."""
    session = await engine.lease()
    sleeping = asyncio.create_task(session.run("SELECT SLEEP(60), 'né', %s", [bytes(range(200, 256))]))

    async def running() -> list[str | None]:
        listed = await process_list(engine)
        return [one.statement for one in listed if one.id == session.thread_id and one.statement]

    (statement,) = await until(running)
    assert statement is not None
    assert statement.startswith("SELECT SLEEP(60), 'n?")
    await engine.run_ddl(f"KILL {session.thread_id}")
    with suppress(DatabaseError):
        await sleeping
    engine.give_back(session)


async def test_the_connection_gives_texts_as_before(engine: MySQLEngine) -> None:
    async with engine.transaction():
        await process_list(engine)
        assert await engine.run_querystring(QueryString("SELECT 'né€😀' AS text")) == [{"text": "né€😀"}]
