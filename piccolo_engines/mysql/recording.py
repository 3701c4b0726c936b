"""The way of a DDL statement to the server, past the recorder that makes migrations resumable."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from piccolo_engines.mysql.session import Session, Watch

__all__ = ["Recorder", "recorder", "run_statement"]

Recorder = Callable[[Session, str, Watch], Awaitable[None]]
"""Runs a statement that may have been run already, in an attempt that was cut short."""

recorder: ContextVar[Recorder | None] = ContextVar("recorder of DDL statements", default=None)


async def run_statement(session: Session, statement: str, watch: Watch) -> None:
    """Run one DDL statement, by way of the recorder when a migration is under way."""
    record = recorder.get()
    if record is not None:
        await record(session, statement, watch)
        return
    if watch is not None:
        watch(statement)
    await session.send(statement)
