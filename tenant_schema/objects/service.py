"""The schema service: creates, changes and drops objects and fields. Each change is applied whole or not at
all.

A change is decided from the definitions, checked against the data, written to the journal and executed; see
:mod:`tenant_schema.objects.changes`. A tenant's objects are changed by one change at a time.
"""

import logging
from asyncio import sleep, to_thread
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.errors import (
    ConnectionLost,
    DatabaseError,
    Deadlock,
    ForeignKeyViolation,
    LockTimeout,
    SchemaMismatch,
    TransactionEnded,
    UniqueViolation,
)
from piccolo_engines.lru import Lru
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.decisions import (
    Decision,
    decide_adding_field,
    decide_changing_field,
    decide_changing_object,
    decide_creating,
    decide_dropping,
    decide_dropping_field,
)
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.intents import added_number, intent_of, refuse_by_data
from tenant_schema.objects.changes.decide.plan import Plan, plan_of
from tenant_schema.objects.changes.drift import Drift, find_drift, repair_drift
from tenant_schema.objects.changes.journal import State, state_of
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.changes.repeated import is_done_already, next_change_id
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import CounterMissing, NameTaken, ObjectBusy, TablesDiffer, WouldBreakData
from tenant_schema.objects.model.auto_numbers import number_records
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.preconditions import Versions, require_version
from tenant_schema.quota import QUOTA
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache, bump
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.rights.permissions import Access

__all__ = ["SchemaService"]

_MANAGE = "objects:manage"
_ATTEMPTS = 3
_CUT_SHORT = (Deadlock, ConnectionLost, TransactionEnded)
_REPAIRED = frozenset(
    {"missing-column", "missing-index", "missing-unique", "wrong-reference", "wrong-search", "stale-search"}
)
"""What is repaired by itself when a request has met it: see :mod:`tenant_schema.objects.changes.drift`."""
_HARMLESS = frozenset({"extra-table", "extra-search", "extra-index", "wrong-index"})
_REPAIR_EVERY, _MOST_REMEMBERED = 10.0, 1_000
_LOG = logging.getLogger(__name__)
_Decide = Callable[[Definitions], Decision]


class SchemaService:
    """Changes the definitions of the bound tenant.

    With ``dry_run`` a change is not applied, and its :class:`Plan` is returned instead of None. Every change
    may raise PermissionDenied, InvalidInput, ObjectNotFound, FieldNotFound, and any
    :class:`~tenant_schema.objects.errors.ChangeRefused`.

    :param catalog: its cache is invalidated by changes.
    :param access_cache: likewise, since permissions are created and deleted with objects.
    :param recovery: completes interrupted changes, and knows what refers to objects and fields by name.
    :param wait: seconds to wait for another change.
    :param settle: seconds after which no process uses the definitions from before a change.
    """

    def __init__(
        self,
        catalog: Catalog,
        access_cache: VersionedCache,
        recovery: Recovery | None = None,
        *,
        wait: float = 5.0,
        settle: float = 0.0,
    ) -> None:
        self._catalog = catalog
        self._access_cache = access_cache
        self._recovery = recovery or Recovery()
        self._wait = wait
        self._settle = settle
        self._repaired_at: Lru[UUID, tuple[float, list[str]]] = Lru(_MOST_REMEMBERED)

    async def create_object(
        self, scope: TenantScope, access: Access, draft: ObjectDraft, *, dry_run: bool = False
    ) -> Plan | None:
        """Create an object with its table and its permissions. Raises what the tenant's quota raises."""
        quota = QUOTA.get()

        def decide(now: Definitions) -> Decision:
            if quota is not None:
                quota.require_object(len(now.names))
            return decide_creating(now, draft)

        return await self._change(scope, access, decide, dry_run=dry_run)

    async def change_object(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        changes: Mapping[str, Any],
        *,
        dry_run: bool = False,
        if_match: Versions = None,
    ) -> Plan | None:
        """Change the texts, the name, the indexes or the order of fields of an object: new values of its
        columns.
        """
        decide = _at_version(
            name, None, if_match, partial(decide_changing_object, name=name, changes=changes)
        )
        return await self._change(scope, access, decide, dry_run=dry_run)

    async def drop_object(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        confirm: str | None = None,
        *,
        dry_run: bool = False,
        if_match: Versions = None,
    ) -> Plan | None:
        """Drop an object with its records. If there are any, ``confirm`` must be its name."""
        decide = _at_version(name, None, if_match, partial(decide_dropping, name=name))
        return await self._change(scope, access, decide, confirm, dry_run=dry_run)

    async def add_field(
        self, scope: TenantScope, access: Access, name: str, draft: FieldDraft, *, dry_run: bool = False
    ) -> Plan | None:
        """Add a field. Existing records get its default."""
        decide = partial(decide_adding_field, name=name, draft=draft)
        return await self._change(scope, access, decide, dry_run=dry_run)

    async def change_field(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        field_name: str,
        changes: Mapping[str, Any],
        *,
        dry_run: bool = False,
        if_match: Versions = None,
    ) -> Plan | None:
        """Change a field. ``changes`` are new values of a :class:`FieldDraft`."""
        decide = _at_version(
            name,
            field_name,
            if_match,
            partial(decide_changing_field, name=name, field_name=field_name, changes=changes),
        )
        return await self._change(scope, access, decide, dry_run=dry_run)

    async def drop_field(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        field_name: str,
        confirm: str | None = None,
        *,
        dry_run: bool = False,
        if_match: Versions = None,
    ) -> Plan | None:
        """Drop a field with its values. If there are any, ``confirm`` must be its name."""
        decide = _at_version(
            name, field_name, if_match, partial(decide_dropping_field, name=name, field_name=field_name)
        )
        return await self._change(scope, access, decide, confirm, dry_run=dry_run)

    async def recover(self, scope: TenantScope) -> list[str]:
        """Complete or undo changes that were interrupted. Returns the names of the objects that they changed.

        1 statement if there are none.
        """
        dialect = dialect_of_bound()
        async with self._forgetting(scope), dialect.exclusive(self._wait):
            return [intent.object for intent in await self._recovery.runner(dialect).recover()]

    async def drift(self, access: Access) -> list[Drift]:
        """Return every difference between definitions and tables. There is none unless tables were altered by
        hand.
        """
        access.require_system(_MANAGE)
        dialect = dialect_of_bound()
        async with dialect.exclusive(self._wait):
            return await find_drift(await self._definitions(dialect), dialect)

    async def repair(self, scope: TenantScope, access: Access) -> tuple[list[str], list[Drift], list[Drift]]:
        """Complete interrupted changes, then repair every difference that can be repaired without loss.

        Returns the names of the objects whose changes were completed or undone, the repaired differences, and
        those that remain.
        """
        access.require_system(_MANAGE)
        dialect = dialect_of_bound()
        async with self._forgetting(scope), dialect.exclusive(self._wait):
            recovered = [intent.object for intent in await self._recovery.runner(dialect).recover()]
            repaired = await repair_drift(
                await find_drift(await self._definitions(dialect), dialect), dialect
            )
            remaining = await find_drift(await self._definitions(dialect), dialect)
            await bump(DEFINITIONS)
        return recovered, repaired, remaining

    async def repair_after_error(self, scope: TenantScope) -> bool:
        """Repair what can be repaired without loss, after the database has refused a statement. Returns
        whether anything was repaired.

        Runs at most every ten seconds for each tenant. A missing table is not created, since its records
        would be missing. Raises :class:`TablesDiffer` if differences remain, and :class:`ObjectBusy`.
        """
        kept = self._repaired_at.get(scope.id)
        if kept is not None and monotonic() - kept[0] < _REPAIR_EVERY:
            if kept[1]:
                raise TablesDiffer(kept[1])
            return False
        dialect = dialect_of_bound()
        async with self._forgetting(scope), dialect.exclusive(self._wait):
            recovered = await self._recovery.runner(dialect).recover()
            found = await find_drift(await self._definitions(dialect), dialect)
            repaired = await repair_drift([one for one in found if one.kind in _REPAIRED], dialect)
            for one in repaired:
                subject = Subject("object", None, one.object)
                await record_event(None, "object.repair", subject, {"kind": one.kind})
            await bump(DEFINITIONS)
        left = sorted({one.kind for one in found if one not in repaired and one.kind not in _HARMLESS})
        self._repaired_at.put(scope.id, (monotonic(), left))
        if left and not repaired:
            raise TablesDiffer(left)
        return bool(repaired or recovered)

    async def _change(
        self,
        scope: TenantScope,
        access: Access,
        decide: _Decide,
        confirm: str | None = None,
        *,
        dry_run: bool,
    ) -> Plan | None:
        access.require_system(_MANAGE)
        decisions: list[Decision] = []

        def decided(now: Definitions) -> Decision:
            decisions.append(decide(now))
            return decisions[-1]

        async with self._forgetting(scope):
            for attempt in range(1, _ATTEMPTS + 1):
                change = await next_change_id()
                try:
                    plan = await self._attempt(access, decided, confirm, change, dry_run=dry_run)
                except NameTaken:
                    if await is_done_already():  # by the first try of this very request
                        return None
                    raise
                except _CUT_SHORT:
                    state = await self._settled(change)
                    if state is State.DONE:
                        plan = None
                    elif state is State.UNDOING or attempt == _ATTEMPTS:
                        raise
                    else:
                        continue
                break
        if not dry_run:
            await self._number_latecomers(decisions[-1])
        return plan

    async def _attempt(
        self, access: Access, decide: _Decide, confirm: str | None, change: UUID, *, dry_run: bool
    ) -> Plan | None:
        """Run one attempt at a change. ``change`` is its id in the journal."""
        dialect = dialect_of_bound()
        async with dialect.exclusive(self._wait):
            await self._recovery.runner(dialect).recover()
            definitions = await self._definitions(dialect)
            decision = await to_thread(decide, definitions)  # 50 ms for an object of 400 fields
            await refuse_by_data(decision, confirm if not dry_run else _whatever(decision), dialect)
            intent = await intent_of(decision, dialect)
            if dry_run:
                return await plan_of(decision, intent, dialect, self._recovery.dependents)
            try:
                await self._recovery.runner(dialect, access).run(intent, access.user_id, change)
            except LockTimeout as error:
                raise ObjectBusy from error
            except (UniqueViolation, ForeignKeyViolation) as error:
                await refuse_by_data(decision, confirm, dialect)
                raise WouldBreakData(decision.object, 1, [], "one that was written just now") from error
        return None

    async def _settled(self, change: UUID) -> State | None:
        """Complete or undo a change that a deadlock or a lost connection interrupted, on another connection.
        Returns its state; None if it was never begun.

        UNDOING is also returned if the state is not known: the next change or read completes it.
        """
        dialect = dialect_of_bound()
        if dialect.is_transactional or DB.transaction_exists():
            return State.UNDOING
        try:
            async with dialect.exclusive(self._wait):
                await self._recovery.runner(dialect).recover()
                return await state_of(change)
        except (DatabaseError, ObjectBusy):
            _LOG.warning("a change of objects was cut short, and is left to the next", exc_info=True)
            return State.UNDOING

    async def _number_latecomers(self, decision: Decision) -> None:
        """Number the records that were created by the old definitions while an auto_number was added."""
        field = added_number(decision)
        if field is None or decision.is_new or decision.after_name is None or DB.transaction_exists():
            return
        await sleep(self._settle)
        with suppress(SchemaMismatch, CounterMissing):  # the field is gone again
            await number_records(decision.after.model(decision.after_name), field)

    async def _definitions(self, dialect: Dialect) -> Definitions:
        return Definitions(await load_rows(), await dialect.row_limits(), self._catalog.tables)

    @asynccontextmanager
    async def _forgetting(self, scope: TenantScope) -> AsyncIterator[None]:
        """Invalidate the caches at the end of the block, however it ends."""
        try:
            yield
        finally:
            self._catalog.forget(scope)
            self._access_cache.forget(scope)


def _whatever(decision: Decision) -> str | None:
    """The confirmation for a dry run, which deletes nothing."""
    return decision.dropped or decision.object


def _at_version(name: str, field_name: str | None, wanted: Versions, decide: _Decide) -> _Decide:
    """Return ``decide``, which first raises Outdated unless the object, or its field, is at the version asked
    for.
    """

    def decided(now: Definitions) -> Decision:
        if wanted is not None and field_name is not None:
            require_version(wanted, now.field(name, field_name).version)
        elif wanted is not None:
            row, fields = now.object(name)
            require_version(wanted, row.version_with(fields))
        return decide(now)

    return decided
