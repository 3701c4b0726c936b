"""Requests that the database has cut short, and that have certainly changed nothing: they are run again.

A deadlock, a node of a cluster that takes no statements, and a lost connection are over within a moment most
often. Reads are run again, and writes whose transaction was certainly not committed, as long as nothing was
sent to the client; see :mod:`piccolo_engines.effects`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from litestar.types import HTTPScope

from piccolo_engines.effects import watched
from piccolo_engines.errors import (
    ConnectionLost,
    Deadlock,
    NotNullViolation,
    SchemaMismatch,
    TransactionEnded,
    UnstorableValue,
)
from tenant_schema.objects.errors import ObjectBusy

__all__ = ["rerun", "rerun_mended"]

_T = TypeVar("_T")
_CUT_SHORT: Final = (ConnectionLost, Deadlock, TransactionEnded)
_PAUSES: Final = (0.05, 0.15, 0.4, 0.8)
_PATIENCE: Final = 2.0
"""Seconds after its beginning in which a request is begun again."""


_DIFFERS: Final = (SchemaMismatch, UnstorableValue, NotNullViolation)
"""What a statement ends in that goes by another definition than the table does."""


async def rerun_mended(
    scope: HTTPScope,
    serve: Callable[[HTTPScope], Awaitable[None]],
    mend: Callable[[], Awaitable[bool]],
) -> None:
    """As :func:`rerun`; when tables are not as definitions say, ``mend`` them, and serve it once more.

    Raises what ``mend`` raises: what to do when they cannot be mended.
    """
    before, state = scope.copy(), scope["state"].copy()
    try:
        with watched() as effects:
            await rerun(scope, serve)
    except _DIFFERS:
        if state["context"].status:
            raise
        is_mended = False
        with suppress(ObjectBusy):
            is_mended = await mend()
        if not is_mended or effects.possible or "upload" in state:
            raise
        before["state"] = state
        await serve(before)


async def rerun(scope: HTTPScope, serve: Callable[[HTTPScope], Awaitable[_T]]) -> _T:
    """Serve the request; when the database cuts it short and nothing has happened, serve it again: a copy of
    the scope as it was.

    Raises what ``serve`` raises in the end.
    """
    context, started = scope["state"]["context"], time.monotonic()
    before, state = scope.copy(), scope["state"].copy()
    for pause in _PAUSES:
        with watched() as effects:
            try:
                return await serve(scope)
            except _CUT_SHORT:
                is_late = time.monotonic() - started > _PATIENCE
                if effects.possible or context.status or "upload" in state or is_late:
                    raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret depends on it
        scope = before.copy()
        scope["state"] = state.copy()
    return await serve(scope)
