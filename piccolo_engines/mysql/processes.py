"""The server's process list."""

from dataclasses import dataclass

from piccolo.querystring import QueryString

from piccolo_engines.mysql.engine import MySQLEngine

__all__ = ["Process", "process_list"]


@dataclass(frozen=True, slots=True)
class Process:
    """One connection in the server's list. Characters outside of ASCII are ``?``.

    :ivar id: the connection's id, as in KILL.
    :ivar database: its current database, if any.
    :ivar command: ``Sleep`` while no statement runs.
    :ivar statement: the beginning of the running statement, if any.
    """

    id: int
    user: str
    database: str | None
    command: str
    statement: str | None


async def process_list(engine: MySQLEngine) -> list[Process]:
    """Return the connections to the server, including the caller's.

    Without the privilege PROCESS only the user's own.

    On MySQL, ``information_schema.processlist`` fails with error 3854, whatever columns are selected, while a
    statement runs whose bytes are not UTF-8, such as one that contains an id;
    ``performance_schema.processlist`` is empty where that schema is off. ``SHOW PROCESSLIST`` works on every
    server with results in ASCII: characters that cannot be converted are replaced.
    """
    async with engine.transaction():
        await engine.run_ddl("SET character_set_results = ascii")
        try:
            rows = await engine.run_querystring(QueryString("SHOW PROCESSLIST"))
        finally:
            await engine.run_ddl("SET character_set_results = utf8mb4")
    return [Process(int(row["Id"]), row["User"], row["db"], row["Command"], row["Info"]) for row in rows]
