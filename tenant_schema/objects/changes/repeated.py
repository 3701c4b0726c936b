"""Repeatable changes: a request that is sent again finds that its first try was done.

The ids of its changes in the journal follow from the request, so that the repetition knows them. The caller
of the service says so around it, for a request with an Idempotency-Key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import UUID, uuid5

from piccolo_engines.columns import new_id
from tenant_schema.objects.changes.journal import State, states_of

__all__ = ["is_done_already", "next_change_id", "repeatable"]

_MOST: Final = 8
"""How many attempts of one request are known to each other."""
_IDS: Final[ContextVar[Sequence[UUID]]] = ContextVar("ids of the changes of a repeatable request", default=())


@contextmanager
def repeatable(request: UUID) -> Iterator[None]:
    """Inside the block changes of objects have ids in the journal that follow from the request's.

    A name that the same request has given before is not taken: the change counts as done.
    """
    token = _IDS.set([uuid5(request, str(number)) for number in range(_MOST)])
    try:
        yield
    finally:
        _IDS.reset(token)


async def next_change_id() -> UUID:
    """Return the id of the next attempt at a change. One statement for a repeatable request."""
    ids = _IDS.get()
    begun = await states_of(ids) if ids else {}
    return next((one for one in ids if one not in begun), None) or new_id()


async def is_done_already() -> bool:
    """Whether this request has done its change before. One statement for a repeatable request."""
    ids = _IDS.get()
    return bool(ids) and State.DONE in (await states_of(ids)).values()
