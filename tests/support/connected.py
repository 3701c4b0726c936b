"""Who is connected to a database server, as it lists them: a connection that has ended is listed a moment
longer, and one that begins a statement is seen running it a moment later.
"""

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import Process, process_list
from tests.support.waiting import until

__all__ = ["connections_of", "until_one_runs", "until_there_are_none"]


async def connections_of(root: MySQLEngine, users: str) -> list[Process]:
    """The connections of the users whose names begin so."""
    return [one for one in await process_list(root) if one.user.startswith(users)]


async def until_there_are_none(root: MySQLEngine, users: str) -> None:
    """Wait until the server lists no connection of these users."""

    async def are_gone() -> bool:
        return not await connections_of(root, users)

    await until(are_gone)


async def until_one_runs(root: MySQLEngine, users: str) -> None:
    """Wait until one of these users runs a statement."""

    async def runs() -> bool:
        return any(one.statement for one in await connections_of(root, users))

    await until(runs)
