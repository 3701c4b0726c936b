"""The record service: what a request on records does, whatever the object.

Every method begins with the caller's permission. A plain read and a page are one statement each, a create
is one, a change is two in one transaction: the record as it is, locked, then the change of exactly that
version.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import ForeignKeyViolation, UniqueViolation
from tenant_schema.objects.catalog import Catalog
from tenant_schema.records.conditions import Complaints
from tenant_schema.records.cursors import Cursors
from tenant_schema.records.documents import parse_json_query
from tenant_schema.records.errors import StillReferenced, ValidationFailed
from tenant_schema.records.grammar import parse_fields, parse_query
from tenant_schema.records.pages import Page
from tenant_schema.records.prepared import Plans
from tenant_schema.records.reads import read_page, read_record
from tenant_schema.records.references import complain_of_dangling, unique_conflict
from tenant_schema.records.rendering import Record
from tenant_schema.records.rights import rights_of
from tenant_schema.records.target import Target
from tenant_schema.records.validation import Body, parse_changes, parse_creation
from tenant_schema.records.writes import (
    answer_to_writer,
    destroy_record,
    insert_record,
    lock_record,
    write_changes,
)
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions import Access

__all__ = ["RecordService"]

_Pairs = Sequence[tuple[str, str]]


class RecordService:
    """Records of every object. All calls run with the tenant's engine bound to the tenant slot.

    Every method may raise PermissionDenied and ObjectNotFound; what else is said at each.

    :param catalog: the objects of each tenant.
    :param cursors: seals places in lists.
    :param clock: the time now, in UTC.
    :param plans: where prepared statements are kept.
    """

    def __init__(
        self,
        catalog: Catalog,
        cursors: Cursors,
        *,
        clock: Callable[[], datetime] = utc_now,
        plans: Plans | None = None,
    ) -> None:
        self._catalog = catalog
        self._cursors = cursors
        self._clock = clock
        self._plans = plans or Plans()

    async def page(self, scope: TenantScope, access: Access, object_name: str, pairs: _Pairs) -> Page:
        """The page that a query string asks for, see :mod:`tenant_schema.records.grammar`.

        Raises InvalidQuery, CursorInvalid, CursorMismatch.
        """
        target = await self._open(scope, access, object_name, "read")
        return await read_page(target, parse_query(pairs, target.readable), self._cursors)

    async def query(self, scope: TenantScope, access: Access, object_name: str, document: Body) -> Page:
        """The page that a JSON document asks for, see :mod:`tenant_schema.records.documents`. Raises as
        :meth:`page`.
        """
        target = await self._open(scope, access, object_name, "read")
        return await read_page(target, parse_json_query(document, target.readable), self._cursors)

    async def read(
        self, scope: TenantScope, access: Access, object_name: str, record_id: UUID, pairs: _Pairs = ()
    ) -> Record:
        """One record; ``pairs`` may hold ``fields``. Raises InvalidQuery, RecordNotFound."""
        target = await self._open(scope, access, object_name, "read")
        return await read_record(target, record_id, parse_fields(pairs, target.readable))

    async def create(self, scope: TenantScope, access: Access, object_name: str, body: Body) -> Record:
        """A new record, owned by the caller unless the body says otherwise. Raises ValidationFailed,
        UniqueConflict.
        """
        target = await self._open(scope, access, object_name, "create")
        complaints = Complaints()
        values = parse_creation(body, target.model.fields, complaints, target.rights)
        values |= self._stamps(access.user_id) | ({} if "owner" in body else {"owner": access.user_id})
        await self._accept(target, values, complaints)
        async with self._refusals(target, values):
            await insert_record(target, values)
        return await answer_to_writer(target, values, values)

    async def update(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        body: Body,
        if_match: int | None = None,
    ) -> Record:
        """Change what the body gives. With ``if_match``, only when the record is at that version.

        A record that is out of the caller's sight afterwards is answered with its id and version.

        A body that changes nothing leaves the version as it is. Raises ValidationFailed, RecordNotFound,
        ChangeDenied, VersionMismatch, UniqueConflict.
        """
        target = await self._open(scope, access, object_name, "update")
        complaints = Complaints()
        values = parse_changes(body, complaints, target.rights)
        await self._accept(target, values, complaints)
        async with self._refusals(target, values), target.transaction():
            current = await lock_record(target, record_id, if_match, target.rights.update)
            changes = {name: value for name, value in values.items() if value != current[name]}
            if changes:
                current = await write_changes(target, current, changes, self._clock())
        return await answer_to_writer(target, current, changes)

    async def delete(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        if_match: int | None = None,
        *,
        permanent: bool = False,
    ) -> None:
        """Put the record into the trash; or, when ``permanent``, destroy it, from the trash too.

        Raises RecordNotFound, ChangeDenied, VersionMismatch, StillReferenced.
        """
        target = await self._open(scope, access, object_name, "delete")
        try:
            async with target.transaction():
                current = await lock_record(
                    target, record_id, if_match, target.rights.delete, with_trash=permanent
                )
                if permanent:
                    await destroy_record(target, record_id)
                else:
                    now = self._clock()
                    await write_changes(target, current, {"deleted_at": now}, now)
        except ForeignKeyViolation as error:
            raise StillReferenced(object_name, record_id) from error

    async def restore(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        if_match: int | None = None,
    ) -> Record:
        """Take the record out of the trash, for which the permission to delete is needed; one in use stays
        as it is.

        Raises RecordNotFound, ChangeDenied, VersionMismatch.
        """
        target = await self._open(scope, access, object_name, "delete")
        async with target.transaction():
            current = await lock_record(target, record_id, if_match, target.rights.delete, with_trash=True)
            if current["deleted_at"] is not None:
                current = await write_changes(target, current, {"deleted_at": None}, self._clock())
        return target.answer(current)

    async def _open(self, scope: TenantScope, access: Access, object_name: str, action: str) -> Target:
        """The object as the caller may use it. What the caller may not do is said before what there is.

        This is where the caller's field permissions and row rules enter: ``rights`` hold for everything that
        is done with the target.
        """
        access.require(object_name, action)
        model = await self._catalog.get(scope, object_name)
        rights = await rights_of(scope, access, model, self._catalog)
        return Target(scope, access, model, rights, self._plans.of(scope.id, model.table))

    def _stamps(self, user_id: UUID) -> dict[str, Any]:
        """What the system sets on a new record."""
        now = self._clock()
        times = {"created_at": now, "updated_at": now, "deleted_at": None}
        return {"id": new_id(), "version": 1, "created_by": user_id, "updated_by": user_id, **times}

    async def _accept(self, target: Target, values: Mapping[str, Any], complaints: Complaints) -> None:
        """Raise :class:`ValidationFailed` when there are problems; then lookups are looked at too, to
        tell all at once.
        """
        if complaints.problems:
            await complain_of_dangling(target.scope, self._catalog, target.model, values, complaints)
            raise ValidationFailed(complaints.problems)

    @asynccontextmanager
    async def _refusals(self, target: Target, values: Mapping[str, Any]) -> AsyncIterator[None]:
        """Turn the database's refusal of a write into what it means for the fields."""
        try:
            yield
        except UniqueViolation as error:
            raise unique_conflict(error, target.model) from error
        except ForeignKeyViolation as error:
            complaints = Complaints()
            await complain_of_dangling(target.scope, self._catalog, target.model, values, complaints)
            if not complaints.problems:
                raise
            raise ValidationFailed(complaints.problems) from error
