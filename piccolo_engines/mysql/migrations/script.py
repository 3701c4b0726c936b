"""Scripts: many DDL statements sent to the server in a few round trips."""

from collections.abc import Sequence

from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.migrations.recording import run_ddl, send_ddl
from piccolo_engines.mysql.sessions.session import Session, Watch
from piccolo_engines.mysql.statements import PlannedDDL

__all__ = ["run_script"]

_MOST_CHARACTERS = 1024 * 1024
"""The maximum length of statements that are sent together: servers limit the length of a packet."""


async def run_script(session: Session, statements: Sequence[str], watch: Watch) -> None:
    """Execute DDL statements in order, as many as possible in each round trip.

    A statement that depends on the state of the database is planned and executed after all before it. The
    server stops at the first statement that fails, and what was executed before stays.
    """
    waiting: list[str] = []
    for ddl in statements:
        if isinstance(ddl, PlannedDDL) and ddl.creates is None:
            await _send(session, waiting, watch)
            await run_ddl(session, ddl, watch)
            continue
        waiting += await _texts(session, ddl)
        if sum(map(len, waiting)) > _MOST_CHARACTERS:
            await _send(session, waiting, watch)
    await _send(session, waiting, watch)


async def _texts(session: Session, ddl: str) -> list[str]:
    """Return the text of a statement. That of CREATE TABLE depends on the server and the session only."""
    if not isinstance(ddl, PlannedDDL):
        return [ddl]
    return [text for step in ddl.steps for text in await step(Catalog(session))]


async def _send(session: Session, waiting: list[str], watch: Watch) -> None:
    """Send the waiting statements, and remove them from the list."""
    if waiting:
        await send_ddl(session, "; ".join(waiting), watch)
        waiting.clear()
