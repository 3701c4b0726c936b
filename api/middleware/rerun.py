"""Reruns requests that the database has interrupted and that have certainly changed nothing.

A deadlock, a cluster node that accepts no statements, and a lost connection usually pass quickly. Reads are
rerun, and writes whose transaction was certainly not committed, as long as nothing was sent to the client;
see :mod:`piccolo_engines.effects`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from litestar.types import HTTPScope

from piccolo_engines.effects import Effects, watched
from piccolo_engines.errors import (
    ConnectionLost,
    Deadlock,
    NotNullViolation,
    SchemaMismatch,
    TransactionEnded,
    UnstorableValue,
)
from tenant_schema.objects.errors import ObjectBusy

__all__ = ["rerun", "rerun_repaired"]

_T = TypeVar("_T")
_CUT_SHORT: Final = (ConnectionLost, Deadlock, TransactionEnded)
_PAUSES: Final = (0.05, 0.15, 0.4, 0.8)
_PATIENCE: Final = 2.0
"""Seconds from the start of a request in which it is rerun."""


_DIFFERS: Final = (SchemaMismatch, UnstorableValue, NotNullViolation)
"""The errors of a statement for another definition than the table's."""


class _Original:
    """A request as it arrived, for further attempts: handlers and the router change its scope."""

    __slots__ = ("_scope", "_state")

    def __init__(self, scope: HTTPScope) -> None:
        self._scope, self._state = scope.copy(), scope["state"].copy()

    def again(self) -> HTTPScope:
        """Return it for one more attempt."""
        scope = self._scope.copy()
        scope["state"] = self._state.copy()
        return scope


async def rerun_repaired(
    scope: HTTPScope,
    serve: Callable[[HTTPScope], Awaitable[None]],
    repair: Callable[[], Awaitable[bool]],
) -> None:
    """Like :func:`rerun`; when tables differ from definitions, ``repair`` them and serve once more.

    Raises what ``repair`` raises if they cannot be repaired.
    """
    original, state = _Original(scope), scope["state"]
    try:
        with watched() as effects:
            await _attempts(scope, original, effects, serve)
    except _DIFFERS:
        if state["context"].status:
            raise
        is_repaired = False
        with suppress(ObjectBusy):
            is_repaired = await repair()
        if not is_repaired or effects.possible or "upload" in state:
            raise
        await serve(original.again())


async def rerun(scope: HTTPScope, serve: Callable[[HTTPScope], Awaitable[_T]]) -> _T:
    """Serve the request, and serve it again if the database interrupts it without effects.

    Each attempt gets a copy of the original scope. Raises what ``serve`` raises at last.
    """
    with watched() as effects:
        return await _attempts(scope, _Original(scope), effects, serve)


async def _attempts(
    scope: HTTPScope, original: _Original, effects: Effects, serve: Callable[[HTTPScope], Awaitable[_T]]
) -> _T:
    """Serve the request up to five times. ``effects`` are those of all attempts."""
    state, started = scope["state"], time.monotonic()
    for pause in _PAUSES:
        try:
            return await serve(scope)
        except _CUT_SHORT:
            is_late = time.monotonic() - started > _PATIENCE
            if effects.possible or state["context"].status or "upload" in state or is_late:
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret depends on it
        scope = original.again()
    return await serve(scope)
