"""Does what an intent says, step by step through the journal; goes on with what somebody else began.

Before the definitions become valid an error undoes what was done. Afterwards there is no way back: what is
left then is only to take away what nobody reads any more, now or at the next occasion. A deadlock takes back
one unit between two commits, which is done again; on a cluster every commit can end in one.
"""

import logging
from asyncio import sleep
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from piccolo_engines.columns import new_id
from piccolo_engines.errors import ConnectionLost, DatabaseError, Deadlock, TransactionEnded
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.changes.decide.operations import NumberRecords, Operation, inverse
from tenant_schema.objects.changes.journal import Entry, State, begin, open_entries, record
from tenant_schema.objects.changes.numbering import forget_numbers, number

__all__ = ["Runner"]

_LOG = logging.getLogger(__name__)
_TRIES = 5
_FIRST_PAUSE = 0.02


class Runner:
    """Runs inside ``dialect.exclusive``.

    :param write: writes the definitions of an intent, in the transaction that is open.
    :param at: called with the name of each point at which a process might die; for tests.
    """

    def __init__(
        self,
        dialect: Dialect,
        write: Callable[[Intent], Awaitable[None]],
        at: Callable[[str], None] = lambda _point: None,
    ) -> None:
        self._dialect = dialect
        self._write = write
        self._at = at

    async def run(self, intent: Intent, user: UUID | None, change: UUID | None = None) -> None:
        """All of it. Raises ``DatabaseError`` when it could not be done; then it is undone.

        :param change: the id of its entry in the journal.
        """
        entry = Entry(change or new_id(), intent)
        await self._unit(entry, partial(self._begin, entry, user))
        self._at("begun")
        await self._carry_on(entry)

    async def _begin(self, entry: Entry, user: UUID | None) -> None:
        await begin(entry, user)
        await self._dialect.keep()

    async def _unit(self, entry: Entry, work: Callable[[], Awaitable[None]]) -> None:
        """Do what ends in a commit; again when the database gave it up for a deadlock. DDL may have happened
        all the same, and is looked for then.
        """
        state, position, is_resumed = entry.state, entry.position, entry.is_resumed
        for attempt in range(1, _TRIES + 1):
            try:
                await work()
            except Deadlock:
                if self._dialect.is_transactional or attempt == _TRIES:
                    raise
                entry.state, entry.position, entry.is_resumed = state, position, True
                await self._dialect.discard()
                await sleep(_FIRST_PAUSE * 2**attempt)
            else:
                entry.is_resumed = is_resumed and entry.position == position
                return

    async def recover(self) -> list[Intent]:
        """Finish, or undo, what others left; tell what that was."""
        entries = await open_entries()
        for entry in entries:
            try:
                await self._carry_on(entry)
            except (ConnectionLost, TransactionEnded):
                raise
            except Exception:  # noqa: BLE001 - one that cannot be finished does not keep others from it
                _LOG.exception("a change of %s was undone", entry.intent.object)
        return [entry.intent for entry in entries]

    async def _carry_on(self, entry: Entry) -> None:
        if entry.state is State.UNDOING:
            await self._undo(entry, "")
            return
        if entry.state is State.BEGUN:
            try:
                await self._prepare(entry)
            except (ConnectionLost, TransactionEnded):
                raise  # whether it has happened is to be seen by whoever comes next
            except Exception as error:
                if not self._dialect.is_transactional:
                    await self._undo(entry, type(error).__name__)
                raise
        await self._clear_up(entry)

    async def _prepare(self, entry: Entry) -> None:
        """What the new definitions need, and the definitions."""
        before = entry.intent.before
        for operation in before[entry.position :]:
            await self._unit(entry, partial(self._step, entry, operation))
        await self._unit(entry, partial(self._make_valid, entry))
        self._at("valid")

    async def _make_valid(self, entry: Entry) -> None:
        await self._write(entry.intent)
        entry.state = State.VALID if entry.intent.after else State.DONE
        await record(entry)
        self._at("written")
        await self._dialect.keep()

    async def _clear_up(self, entry: Entry) -> None:
        """What the old definitions needed goes."""
        done = entry.position - len(entry.intent.before)
        try:
            for operation in entry.intent.after[done:]:
                await self._unit(entry, partial(self._step, entry, operation))
        except (ConnectionLost, TransactionEnded):
            raise
        except DatabaseError as error:
            if self._dialect.is_transactional:
                raise
            _LOG.warning("a change of %s is to be cleared up later", entry.intent.object, exc_info=error)
            await self._dialect.discard()
            await self._note(entry, entry.state, type(error).__name__)
            return
        if entry.state is not State.DONE:
            await self._note(entry, State.DONE)

    async def _note(self, entry: Entry, state: State, reason: str = "") -> None:
        """Write the state down, for good."""

        async def write() -> None:
            entry.state = state
            await record(entry, reason)
            await self._dialect.keep()

        await self._unit(entry, write)

    async def _step(self, entry: Entry, operation: Operation) -> None:
        """One operation; the first one after somebody else's may be done already."""
        if not (entry.is_resumed and await self._dialect.is_done(operation)):
            await self._do(entry.intent, operation)
        self._at(f"did {entry.position}")
        entry.is_resumed = False
        entry.position += 1
        await record(entry)
        await self._dialect.keep()
        self._at(f"after {entry.position - 1}")

    async def _do(self, intent: Intent, operation: Operation) -> None:
        if isinstance(operation, NumberRecords):
            await number(intent, operation)
        else:
            await self._dialect.apply(operation)

    async def _undo(self, entry: Entry, reason: str) -> None:
        """Take back the operations that were done, the last first; each only when it is there. In
        transactions of its own: the one that failed is over.
        """
        await self._dialect.discard()
        await self._note(entry, State.UNDOING, reason)
        self._at("undoing")
        started = entry.intent.before[: entry.position + 1]
        for operation in reversed(started):
            await self._unit(entry, partial(self._take_back, operation))
            self._at("undid one")
        await self._note(entry, State.UNDONE, reason)

    async def _take_back(self, operation: Operation) -> None:
        if isinstance(operation, NumberRecords):
            await forget_numbers(operation)
        back = inverse(operation)
        if back is not None and not await self._dialect.is_done(back):
            await self._dialect.apply(back)
