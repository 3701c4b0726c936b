"""The server's process list, whatever the statements in it are made of."""

from dataclasses import dataclass

from piccolo.querystring import QueryString

from piccolo_engines.mysql.engine import MySQLEngine

__all__ = ["Process", "process_list"]


@dataclass(frozen=True, slots=True)
class Process:
    """One connection as the server lists it. What is not ASCII is ``?``.

    :ivar id: the connection's id, as KILL wants it.
    :ivar database: its current database, if it has one.
    :ivar command: ``Sleep`` while no statement runs.
    :ivar statement: the beginning of the statement that runs, if one does.
    """

    id: int
    user: str
    database: str | None
    command: str
    statement: str | None


async def process_list(engine: MySQLEngine) -> list[Process]:
    """The connections to the server, the one that asks included.

    Without the privilege PROCESS these are the user's own.

    On MySQL, ``information_schema.processlist`` fails with error 3854, whatever columns are selected, while
    a statement runs whose bytes are not UTF-8, such as one with an id in it. And
    ``performance_schema.processlist`` is empty where that schema is off. ``SHOW PROCESSLIST`` works on every
    server, with results in ASCII: what cannot be converted to another character set is replaced.
    """
    async with engine.transaction():
        await engine.run_ddl("SET character_set_results = ascii")
        try:
            rows = await engine.run_querystring(QueryString("SHOW PROCESSLIST"))
        finally:
            await engine.run_ddl("SET character_set_results = utf8mb4")
    return [Process(int(row["Id"]), row["User"], row["db"], row["Command"], row["Info"]) for row in rows]
