"""Executes an intent step by step, recorded in the journal, and resumes one that was interrupted.

Before the definitions become valid, an error undoes what was done. After that a change is only completed:
what the old definitions needed is dropped, now or later. A deadlock rolls back one unit between two commits,
which is repeated; on a cluster every commit can end in a deadlock.
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

    :param write: writes the definitions of an intent, in the open transaction.
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
        """Execute the intent. Raises ``DatabaseError`` if it fails; it is undone then.

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
        """Run what ends in a commit, and repeat it after a deadlock. DDL may have been executed all the same,
        and is looked for in that case.
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
        """Complete or undo interrupted changes, and return their intents."""
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
        """Execute what the new definitions need, then write the definitions."""
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
        """Drop what the old definitions needed."""
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
        """Record the state, and commit."""

        async def write() -> None:
            entry.state = state
            await record(entry, reason)
            await self._dialect.keep()

        await self._unit(entry, write)

    async def _step(self, entry: Entry, operation: Operation) -> None:
        """Execute one operation; the first one of a resumed change may be done already."""
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
        """Undo the completed operations in reverse order, each if it is found. In transactions of its own:
        the one that failed has ended.
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
