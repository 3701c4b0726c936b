"""Sends DDL statements to the server, through the recorder that makes migrations resumable."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.sessions.session import Session, Watch
from piccolo_engines.mysql.statements import PlannedDDL

__all__ = ["Recorder", "recorder", "run_ddl", "send_ddl"]

Recorder = Callable[[Session, str, Watch], Awaitable[None]]
"""Runs DDL that an interrupted attempt may have run already, completely or partly."""

recorder: ContextVar[Recorder | None] = ContextVar("recorder of DDL", default=None)


async def run_ddl(session: Session, ddl: str, watch: Watch) -> None:
    """Run DDL, through the recorder if a migration is running."""
    record = recorder.get()
    if record is not None:
        await record(session, ddl, watch)
        return
    if not isinstance(ddl, PlannedDDL):
        await send_ddl(session, ddl, watch)
        return
    for step in ddl.steps:
        for statement in await step(Catalog(session)):
            await send_ddl(session, statement, watch)


async def send_ddl(session: Session, statement: str, watch: Watch) -> None:
    """Send one statement unchanged."""
    if watch is not None:
        watch(statement)
    await session.send(statement)
