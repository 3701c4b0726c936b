"""``Target``: an object with the caller's access to it and its prepared statements, opened for one
operation.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from piccolo_engines.columns import utc_now
from piccolo_engines.lru import Lru
from piccolo_engines.retrying import retrying
from piccolo_engines.statements import Slot, StatementGroup
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.problems import suggestion
from tenant_schema.records.access.rights import ALWAYS_READABLE, Rights
from tenant_schema.records.access.schema_view import ObjectView, SchemaView
from tenant_schema.records.query.model import ALL, IN_TRASH, IN_USE, And, Condition, Filter
from tenant_schema.records.query.paths import Paths, lookup_target, prefixes_of
from tenant_schema.records.query.relations import Relations
from tenant_schema.records.query.relative_dates import Relative, resolved
from tenant_schema.records.query.table_ref import table_ref
from tenant_schema.records.query.time_zones import known_zone
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.record import Record, Row
from tenant_schema.records.sql.compiler import with_slots
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.dialects.registry import dialect_of
from tenant_schema.records.sql.lookup_joins import Hop, self_contained
from tenant_schema.records.sql.rendering import RecordForm
from tenant_schema.records.sql.search import search_filter
from tenant_schema.records.sql.shapes import Found
from tenant_schema.records.sql.statement_cache import Plans, Statement, planned
from tenant_schema.records.sql.statements import Reading
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Target", "Targets", "TenantZone"]

_Plan = TypeVar("_Plan")
_FORM: Final = "form"
"""The key in :attr:`Rights.kept` of the form of written records."""
_THIS_ONE: Final = Condition("id", "eq", Slot.at(0))

TenantZone: TypeAlias = Callable[[TenantScope], Awaitable[str]]


async def _no_zone(_scope: TenantScope) -> str:
    return ""


class Target(msgspec.Struct, frozen=True, eq=False, dict=True):
    """An object for one operation of one caller.

    :param rights: what the caller may do: fields that are not readable are never named or shown, and the rule
        for reading is part of every statement's conditions.
    :param schema: the tenant's objects as the caller may use them.
    :param plans: the object's prepared statements.
    :param all_plans: those of every object.
    :param clock: the time now, in UTC.
    :param asked_at: when the list was begun of which this is a page, for relative dates in its filter; by
        default now.
    :param tenant_zone: returns the name of the tenant's time zone, empty without one.
    :param in_trash: it is what lies in the trash that is read, not what is in use.
    """

    scope: TenantScope
    access: Access
    model: ObjectModel
    rights: Rights
    schema: SchemaView
    plans: Lru[Hashable, Any]
    all_plans: Plans
    in_trash: bool = False
    clock: Callable[[], datetime] = utc_now
    asked_at: datetime | None = None
    tenant_zone: TenantZone = _no_zone

    @cached_property
    def now(self) -> datetime:
        """The present, the same for all statements of the operation."""
        return self.clock()

    @cached_property
    def readable(self) -> Paths:
        """The fields that the caller may read, and those beyond lookups by path."""
        return Paths(self.rights.readable, self.schema.fields)

    @property
    def relations(self) -> Relations:
        """The relations that can be expanded."""
        return Relations(self.schema.objects, self.model.name, self.readable)

    @property
    def engine(self) -> Engine[Any]:
        """The engine of the tenant that is bound (or rather the slot that it is bound to)."""
        return self.model.table._meta.db

    @cached_property
    def dialect(self) -> RecordsDialect:
        """The SQL of the tenant's database."""
        return dialect_of(self.engine)

    def plan(self, build: Callable[[], _Plan], *key: Hashable) -> _Plan:
        """Return the plan for ``key`` in the database's dialect, from the cache or built now."""
        return planned(self.plans, (self.dialect, *key), build)

    async def run(self, statement: Statement, values: Sequence[object]) -> list[Row]:
        """Execute the statement with these values, and return the rows."""
        rows: list[Row] = await self.engine.run_querystring(statement.bind(await self.resolved(values)))
        return rows

    async def read(self, plan: Reading, values: Sequence[object]) -> Found:
        """Execute the SELECT with these values, and return its rows as records."""
        bound = plan.statement.bind(await self.resolved(values), is_raw=True)
        return plan.found(await self.engine.run_querystring(bound))

    async def resolved(self, values: Sequence[object]) -> Sequence[object]:
        """Return the values of a statement as they are bound: dates in place of relative dates, by the time
        zone of the caller, or else of the tenant. Reads the latter's if they are not cached.
        """
        for value in values:
            if value.__class__ is Relative:
                zone = known_zone(self.access.time_zone or await self.tenant_zone(self.scope))
                return resolved(values, self.now, self.asked_at or self.now, zone)
        return values

    async def run_together(self, *statements: QueryString, is_last: bool = False) -> None:
        """Execute statements without results, all or none of them, in one round trip.

        :param is_last: nothing follows in the unit of work, which is committed with them if it is not part of
            another. It may not go on if they fail.
        """
        if len(statements) == 1 and not is_last:
            await self.engine.run_querystring(statements[0])  # which the server may have prepared
        else:
            await self.engine.run_querystring(StatementGroup(*statements, is_last=is_last))

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """Return a transaction of the tenant's database; within another one, a part of that."""
        context: AbstractAsyncContextManager[Any] = self.engine.transaction()
        return context

    async def unit(self, work: Callable[[], Awaitable[_Plan]]) -> _Plan:
        """Do the work in a transaction; all of it again when the database gave it up for a deadlock.

        Inside a transaction it is a part of that, and not done again.
        """

        async def attempt() -> _Plan:
            async with self.transaction():
                return await work()

        return await (attempt() if self.engine.transaction_exists() else retrying(attempt))

    def records(self, wanted: Filter, values: list[object], *, with_trash: bool = False) -> Filter:
        """Return the filter for records that are wanted and that the caller may reach, with slots; the values
        are added.

        Paths in the caller's rule have become subqueries; those in ``wanted`` need their :meth:`hops`.
        """
        slotted = with_slots(wanted, self.access.user_id, values)
        return self._reachable(slotted, values, with_trash=with_trash)

    def record(self, record_id: UUID, values: list[object], *, with_trash: bool = False) -> Filter:
        """Return the filter for one record, as :meth:`records`; the id is the first of the values."""
        assert not values, "the first"
        values.append(record_id)
        return self._reachable(_THIS_ONE, values, with_trash=with_trash)

    def _reachable(self, wanted: Filter, values: list[object], *, with_trash: bool) -> Filter:
        """Of what is wanted, which has its slots, what the caller may reach."""
        place = () if with_trash or self.model is USERS else (IN_TRASH if self.in_trash else IN_USE,)
        rules = self._readable_of(self.model, self.rights.read)
        slotted = [with_slots(rule, self.access.user_id, values) for rule in rules]
        return And((wanted, *place, *slotted))

    def searched(self, wanted: Filter, words: Sequence[str] | None) -> Filter:
        """Return the filter, restricted to records that contain all the words."""
        if words is None:
            return wanted
        found = search_filter(words, self.model, self.rights.readable, self.dialect)
        return And((wanted, found))

    def rule(self, rule: Filter) -> Filter:
        """Return a row rule of this object as it can stand in any statement: its paths become subqueries."""
        return self_contained(rule, self.model, self.schema.objects)

    def hops(self, paths: Iterable[str], values: list[object]) -> tuple[Hop, ...]:
        """Return the joins that these paths need, with slots; the values are added.

        A record beyond that the caller may not see, or that is in the trash, is as if there were none.
        """
        return tuple([self._hop(prefix, values) for prefix in prefixes_of(paths)])

    def _hop(self, path: str, values: list[object]) -> Hop:
        field = self.readable.get(path)
        view = None if field is None else self.schema.readable(lookup_target(field))
        assert view is not None, "a path was looked up before it is followed"
        table = table_ref(view.model.table)
        terms = (*([IN_USE] if table.has_trash else []), *self._readable_of(view.model, view.rights.read))
        return Hop(path, table, with_slots(And(terms), self.access.user_id, values))

    def _readable_of(self, model: ObjectModel, rule: Filter) -> tuple[Filter, ...]:
        """Return the rule for reading a model's records, when it restricts anything."""
        return () if rule == ALL else (self_contained(rule, model, self.schema.objects),)

    def record_of(self, stored: Row) -> Record:
        """Return the record that the caller has written, as far as the caller may read it: without read
        access, only id and version.
        """
        kept, readable = self.rights.kept, self.rights.readable
        form: RecordForm | None = kept.get(_FORM)
        if form is None:
            form = kept[_FORM] = RecordForm(readable.values())
        is_whole = len(readable) == len(self.model.fields)
        return Record(form.encodable(stored), stored["version"], is_whole)

    def bare_record_of(self, stored: Row) -> Record:
        """Return a written record that the caller may not read any more: only id and version."""
        form = RecordForm([self.model.fields[name] for name in ALWAYS_READABLE])
        return Record(form.encodable(stored), stored["version"])

    def related(self, name: str) -> "Target | None":
        """Return another object for the same caller; None if there is none, or the caller may not read it."""
        view = self.schema.readable(name)
        return (
            None if view is None else self.for_view(view, self.all_plans.of(self.scope.id, view.model.table))
        )

    def for_view(self, view: ObjectView, plans: Lru[Hashable, Any]) -> "Target":
        """Return another object for the same caller, with a cache of its own for prepared statements."""
        return Target(
            *(self.scope, self.access, view.model, view.rights, self.schema, plans, self.all_plans),
            clock=lambda: self.now,
            asked_at=self.asked_at,
            tenant_zone=self.tenant_zone,
        )


class Targets:
    """Opens objects for callers.

    :param catalog: the objects of each tenant.
    :param plans: the cache of prepared statements.
    :param clock: the time now, in UTC.
    :param tenant_zone: returns the name of a tenant's time zone, empty without one.
    """

    def __init__(
        self,
        catalog: Catalog,
        plans: Plans,
        clock: Callable[[], datetime] = utc_now,
        tenant_zone: TenantZone | None = None,
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._tenant_zone = tenant_zone or _no_zone
        self._plans = plans

    async def open(self, scope: TenantScope, access: Access, object_name: str, *actions: str) -> Target:
        """Return an object for a caller who needs the permissions for all ``actions``.

        Raises :class:`PermissionDenied` first, so that nobody learns which objects exist, and
        :class:`ObjectNotFound`.
        """
        for action in actions:
            access.require(object_name, action)
        objects = self._catalog.known(scope) or await self._catalog.all(scope)
        if object_name not in objects:
            raise ObjectNotFound(object_name, suggestion(object_name, objects))
        schema = SchemaView.of(access, objects)
        view = schema.view(object_name)
        plans = self._plans.of(scope.id, view.model.table)
        return Target(
            scope,
            access,
            view.model,
            view.rights,
            schema,
            plans,
            self._plans,
            clock=self._clock,
            tenant_zone=self._tenant_zone,
        )
