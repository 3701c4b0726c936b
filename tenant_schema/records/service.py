"""The record service: the operations on records of every object.

Every method checks the caller's permission first. Statements: one for a record, a page or a create; three
in one transaction for a change (lock, update of that version, history), in two round trips to a server.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Final, Literal, TypeAlias
from uuid import UUID

from piccolo_engines.columns import utc_now
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.preconditions import Versions
from tenant_schema.records.access.target import Target, Targets, TenantZone
from tenant_schema.records.advice.advise import Advice, advise
from tenant_schema.records.advice.asked import Asked
from tenant_schema.records.csv.export_csv import chained, export
from tenant_schema.records.csv.import_csv import ImportOptions, check_csv, import_csv, import_key
from tenant_schema.records.csv.import_report import ImportJournal, ImportReport
from tenant_schema.records.csv.source import File
from tenant_schema.records.history.read import read_history
from tenant_schema.records.overview import RecordOverview
from tenant_schema.records.query.aggregates import AggregateQuery
from tenant_schema.records.query.json_query import parse_json_aggregate, parse_json_query
from tenant_schema.records.query.model import DEFAULT_LIMIT, Query
from tenant_schema.records.query.query_string import parse_aggregate, parse_export, parse_fields, parse_query
from tenant_schema.records.reading.aggregate import Groups, aggregate
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.kept_plans import KeptPlans, document_key, pairs_key
from tenant_schema.records.reading.pages import Page
from tenant_schema.records.reading.plans import RecordPlan, plan_page, plan_record
from tenant_schema.records.reading.read import read_page, read_record, still_readable
from tenant_schema.records.reading.trash import in_trash
from tenant_schema.records.record import Record
from tenant_schema.records.retry import retry_when_definitions_changed
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.records.writing import bulk_filter
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.bulk_create import bulk_create
from tenant_schema.records.writing.bulk_delete import bulk_delete, bulk_destroy, bulk_restore
from tenant_schema.records.writing.bulk_filter import Doing, Done, Matched, action_of
from tenant_schema.records.writing.bulk_update import bulk_update
from tenant_schema.records.writing.create import create_record
from tenant_schema.records.writing.delete import destroy, restore_record, trash_record
from tenant_schema.records.writing.record_key import record_key
from tenant_schema.records.writing.update import change_record
from tenant_schema.records.writing.upsert import stored_key, upsert_record
from tenant_schema.records.writing.validation import Body
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Operation", "RecordService"]

_Pairs = Sequence[tuple[str, str]]
Operation: TypeAlias = Literal["create", "update", "delete", "restore", "destroy"]

_BULK: Final[Mapping[Operation, Callable[..., Awaitable[Sequence[Item]]]]] = {
    "create": bulk_create,
    "update": bulk_update,
    "delete": bulk_delete,
    "restore": bulk_restore,
    "destroy": bulk_destroy,
}


class RecordService:
    """Records of every object. All calls run with the tenant's engine bound to the tenant slot.

    Every method may raise PermissionDenied and ObjectNotFound. Each method lists further errors.

    :param catalog: the objects of each tenant.
    :param cursors: seals places in lists.
    :param clock: the time now, in UTC.
    :param plans: where prepared statements are kept.
    :param asked: where the shapes of requests are noted.
    :param tenant_zone: returns the name of a tenant's time zone.
    """

    def __init__(
        self,
        catalog: Catalog,
        cursors: Cursors,
        *,
        clock: Callable[[], datetime] = utc_now,
        plans: Plans | None = None,
        asked: Asked | None = None,
        tenant_zone: TenantZone | None = None,
    ) -> None:
        self.catalog = catalog
        self.targets = Targets(catalog, plans or Plans(), clock, tenant_zone)
        self.overview = RecordOverview(catalog, self.targets)
        self._cursors = cursors
        self._kept = KeptPlans()
        self._clock = clock
        self.asked = asked or Asked()

    @retry_when_definitions_changed
    async def page(self, scope: TenantScope, access: Access, object_name: str, pairs: _Pairs) -> Page:
        """Return the page that a query string describes, see :mod:`tenant_schema.records.query.query_string`.

        Raises InvalidQuery, CursorInvalid, CursorMismatch.
        """
        target = await self.targets.open(scope, access, object_name, "read")
        return await self._page(target, "page", pairs_key(pairs), lambda: _parsed(target, pairs))

    @retry_when_definitions_changed
    async def trash(self, scope: TenantScope, access: Access, object_name: str, pairs: _Pairs) -> Page:
        """Return a page of what lies in the trash, as :meth:`page`, for those who may read and delete. There
        ``deleted_at`` is a field.
        """
        target = in_trash(await self.targets.open(scope, access, object_name, "read", "delete"))
        return await self._page(target, "trash", pairs_key(pairs), lambda: _parsed(target, pairs))

    @retry_when_definitions_changed
    async def query(self, scope: TenantScope, access: Access, object_name: str, document: Body) -> Page:
        """Return the page of a JSON query (:mod:`tenant_schema.records.query.json_query`). Raises as
        :meth:`page`.
        """
        target = await self.targets.open(scope, access, object_name, "read")

        def parse() -> Query:
            return parse_json_query(document, target.readable, target.relations)

        return await self._page(target, "query", document_key(document), parse)

    async def _page(self, target: Target, kind: str, request: Hashable, parse: Callable[[], Query]) -> Page:
        """Return the page of a query, by the plan that is kept for the request if there is one."""
        cursors = self._cursors
        plan = self._kept.plan(target, kind, request, lambda: plan_page(target, parse(), cursors))
        started = perf_counter()
        page = await read_page(target, plan, cursors)
        self.asked.note(target, plan.query, perf_counter() - started)
        return page

    @retry_when_definitions_changed
    async def aggregate(self, scope: TenantScope, access: Access, object_name: str, pairs: _Pairs) -> Groups:
        """Return the aggregates that a query string describes, see
        :mod:`tenant_schema.records.query.aggregates`.

        Raises InvalidQuery.
        """
        target = await self.targets.open(scope, access, object_name, "read")
        return await self._groups(target, parse_aggregate(pairs, target.readable))

    @retry_when_definitions_changed
    async def aggregate_json(
        self, scope: TenantScope, access: Access, object_name: str, document: Body
    ) -> Groups:
        """Return the aggregates that a JSON document describes. Raises as :meth:`aggregate`."""
        target = await self.targets.open(scope, access, object_name, "read")
        return await self._groups(target, parse_json_aggregate(document, target.readable))

    async def _groups(self, target: Target, query: AggregateQuery) -> Groups:
        started = perf_counter()
        groups = await aggregate(target, query)
        self.asked.note(target, query, perf_counter() - started)
        return groups

    async def advice(self, scope: TenantScope, access: Access, object_name: str) -> list[Advice]:
        """Return the indexes that what this process was asked of an object would have needed. No statement.

        For who may manage objects.
        """
        access.require_system("objects:manage")
        model = await self.catalog.get(scope, object_name)
        return advise(model, self.asked.of(scope.id, model.id), self.asked.slow / 2)

    @retry_when_definitions_changed
    async def export(
        self, scope: TenantScope, access: Access, object_name: str, pairs: _Pairs
    ) -> AsyncIterator[bytes]:
        """Return a CSV file, piece by piece, of the records that a query string asks for. The first piece is
        read by now, so that what is wrong comes out before the file begins. Raises InvalidQuery.
        """
        target = await self.targets.open(scope, access, object_name, "read")
        asked, form = parse_export(pairs, target.readable)
        pieces = export(target, asked, form)
        return chained(await anext(pieces), pieces)

    @retry_when_definitions_changed
    async def read(
        self, scope: TenantScope, access: Access, object_name: str, record_id: UUID, pairs: _Pairs = ()
    ) -> Record:
        """Return one record; ``pairs`` may hold ``fields`` and ``expand``. Raises InvalidQuery,
        RecordNotFound.
        """
        target = await self.targets.open(scope, access, object_name, "read")

        def build() -> RecordPlan:
            return plan_record(target, parse_fields(pairs, target.readable, target.relations))

        plan = self._kept.plan(target, "record", pairs_key(pairs), build)
        return await read_record(target, record_id, plan)

    @retry_when_definitions_changed
    async def still_readable_part(
        self, scope: TenantScope, access: Access, object_name: str, returned: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return the part of a record, as it was returned before, that the caller may still read."""
        return await still_readable(await self.targets.open(scope, access, object_name), returned)

    @retry_when_definitions_changed
    async def create(self, scope: TenantScope, access: Access, object_name: str, body: Body) -> Record:
        """Create a record, owned by the caller unless the body names another owner. Raises ValidationFailed,
        UniqueConflict.
        """
        target = await self.targets.open(scope, access, object_name, "create")
        return await create_record(target, body, self._clock())

    @retry_when_definitions_changed
    async def update(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        body: Body,
        if_match: Versions = None,
    ) -> Record:
        """Change what the body gives. With ``if_match``, only when the record is at one of those
        versions.
        If the caller may not read the record afterwards, it is returned with its id and version.

        A body that changes nothing leaves the version as it is. Raises ValidationFailed, RecordNotFound,
        ChangeDenied, VersionMismatch, UniqueConflict.
        """
        target = await self.targets.open(scope, access, object_name, "update")
        return await change_record(target, record_id, body, if_match, self._clock())

    @retry_when_definitions_changed
    async def delete(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        if_match: Versions = None,
        *,
        permanent: bool = False,
    ) -> None:
        """Put the record into the trash; or, when ``permanent``, destroy it, from the trash too.

        Raises RecordNotFound, ChangeDenied, VersionMismatch, StillReferenced.
        """
        target = await self.targets.open(scope, access, object_name, "delete")
        remove = destroy if permanent else trash_record
        await remove(target, record_id, if_match, self._clock())

    @retry_when_definitions_changed
    async def restore(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        if_match: Versions = None,
    ) -> Record:
        """Take the record out of the trash, for which the permission to delete is needed; one in use stays
        as it is.

        Raises RecordNotFound, ChangeDenied, VersionMismatch.
        """
        target = await self.targets.open(scope, access, object_name, "delete")
        return await restore_record(target, record_id, if_match, self._clock())

    @retry_when_definitions_changed
    async def history(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        record_id: UUID,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
    ) -> Page:
        """Return a page of the record's history, newest change first. Raises RecordNotFound, CursorInvalid,
        CursorMismatch.
        """
        target = await self.targets.open(scope, access, object_name, "read")
        return await read_history(target, record_id, limit, cursor, self._cursors)

    @retry_when_definitions_changed
    async def put(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        key: tuple[str, Sequence[str]],
        body: Body,
        *,
        if_match: Versions = None,
        only_new: bool = False,
    ) -> tuple[Record, bool]:
        """Create or change the record with a unique key: the names of its fields with commas between, and the
        text of each value. Return it, and whether it was created. With ``if_match``, only change it, at those
        versions; with ``only_new``, only create it.

        For who may create and update. Safe beside others who do the same. Raises InvalidQuery,
        ValidationFailed, ChangeDenied, UniqueConflict, PreconditionFailed.
        """
        target = await self.targets.open(scope, access, object_name, "create", "update")
        fields, now = record_key(target, key[0]), self._clock()
        values = stored_key(fields, key[1])
        return await upsert_record(target, fields, values, body, now, if_match=if_match, only_new=only_new)

    @retry_when_definitions_changed
    async def bulk(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        op: Operation,
        records: Sequence[object],
        *,
        atomic: bool = False,
    ) -> Sequence[Item]:
        """Do the same to many records, each on its own or (``atomic``) all or nothing; what became of each.

        Raises BulkRefused.
        """
        action = op if op == "create" else action_of(op)
        target = await self.targets.open(scope, access, object_name, action)
        return await _BULK[op](target, records, self._clock(), atomic=atomic)

    @retry_when_definitions_changed
    async def bulk_matching(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        op: Doing,
        document: Body,
        values: Body,
        expected: int | None = None,
    ) -> Done:
        """Do the same to all records that match the ``filter`` and ``search`` of a document, and that the
        caller may do it to; what is restored or destroyed is in the trash.

        With ``expected``, only when that many match. For who may read and do it. Raises InvalidQuery,
        ValidationFailed for the ``values`` of an update, OtherNumber.
        """
        target, query = await bulk_filter.found_by(self.targets, scope, access, object_name, op, document)
        return await bulk_filter.bulk_by_filter(target, op, query, values, expected, self._clock())

    @retry_when_definitions_changed
    async def count_matching(
        self, scope: TenantScope, access: Access, object_name: str, op: Doing, document: Body, values: Body
    ) -> Matched:
        """Return to how many records :meth:`bulk_matching` would do it. Raises as that."""
        target, query = await bulk_filter.found_by(self.targets, scope, access, object_name, op, document)
        return await bulk_filter.count_matching(target, op, query, values)

    @retry_when_definitions_changed
    async def require_import(
        self, scope: TenantScope, access: Access, object_name: str, key: str | None
    ) -> None:
        """Raises what :meth:`import_csv` raises whatever the file: to be asked before one is taken in."""
        import_key(await self.targets.open(scope, access, object_name, *_actions_of_import(key)), key)

    async def import_csv(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        file: File,
        options: ImportOptions,
        journal: ImportJournal | None = None,
    ) -> ImportReport:
        """Take in records as CSV; what became of the lines. For who may create, and update where lines may
        change what is there.

        Raises UnreadableCsv, InvalidQuery, ValidationFailed, BulkRefused.
        """
        open_target = self._target_of_import(scope, access, object_name, options)
        return await import_csv(open_target, file, options, self._clock, journal)

    async def check_csv(
        self, scope: TenantScope, access: Access, object_name: str, file: File, options: ImportOptions
    ) -> None:
        """Raises what :meth:`import_csv` raises for the head of the file."""
        await check_csv(self._target_of_import(scope, access, object_name, options), file, options)

    def _target_of_import(
        self, scope: TenantScope, access: Access, object_name: str, options: ImportOptions
    ) -> Callable[[], Awaitable[Target]]:
        actions = _actions_of_import(options.key)
        return partial(self.targets.open, scope, access, object_name, *actions)


def _actions_of_import(key: str | None) -> Sequence[str]:
    """Return the actions that an import requires."""
    return ("create",) if key is None else ("create", "update")


def _parsed(target: Target, pairs: _Pairs) -> Query:
    """Return the query of a query string, over what the caller may read."""
    return parse_query(pairs, target.readable, target.relations)
