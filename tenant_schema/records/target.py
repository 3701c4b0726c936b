"""One object of one tenant as one caller may use it: the object's model, what is open to the caller, its
statements.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from piccolo.engine.base import Engine

from piccolo_engines.mysql import retrying
from tenant_schema.objects.catalog import Catalog
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.records.compiler import with_slots
from tenant_schema.records.prepared import LastUsed, Statement, planned
from tenant_schema.records.query import ALL, And, Condition, Filter
from tenant_schema.records.rendering import Record, Row, json_ready
from tenant_schema.records.rights import ALWAYS_READABLE, Rights
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions import Access

__all__ = ["Target"]

_Plan = TypeVar("_Plan")
_IN_USE = Condition("deleted_at", "null", True)


@dataclass(frozen=True, slots=True)
class Target:
    """What a request works on.

    :param rights: what the caller may do: fields that are not readable are never named or shown, and the rule
        for reading is part of every statement's conditions.
    :param plans: the object's prepared statements.
    :param catalog: the tenant's other objects.
    """

    scope: TenantScope
    access: Access
    model: ObjectModel
    rights: Rights
    plans: LastUsed[Hashable, Any]
    catalog: Catalog

    @property
    def readable(self) -> Mapping[str, FieldModel]:
        """The fields that the caller may read."""
        return self.rights.readable

    @property
    def engine(self) -> Engine[Any]:
        """The engine of the tenant that is bound (or rather the slot that it is bound to)."""
        return self.model.table._meta.db

    def plan(self, build: Callable[[], _Plan], *key: Hashable) -> _Plan:
        """What is prepared under ``key`` for the database's dialect, built now when it is not."""
        return planned(self.plans, (self.engine.engine_type, *key), build)

    async def run(self, statement: Statement, values: Sequence[object]) -> list[Row]:
        """Send the statement with these values."""
        rows: list[Row] = await self.engine.run_querystring(statement.bind(values))
        return rows

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """A transaction of the tenant's database; within another one, a part of that."""
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
        """The filter for records that are wanted and that the caller may reach, with slots; the values
        are added.
        """
        trash = () if with_trash else (_IN_USE,)
        return with_slots(And((wanted, *trash, *_restricting(self.rights.read))), self.access.user_id, values)

    def record(self, record_id: UUID, values: list[object], *, with_trash: bool = False) -> Filter:
        """The filter for one record, as :meth:`records`."""
        return self.records(Condition("id", "eq", record_id), values, with_trash=with_trash)

    def answer(self, stored: Row) -> Record:
        """What the caller is shown of a record that it wrote: who may not read the object sees the id and
        version.
        """
        return Record(json_ready(tuple(self.readable), stored, self.model.fields), stored["version"])

    def bare_answer(self, stored: Row) -> Record:
        """What the caller is shown of a record that it wrote, and may not read now."""
        return Record(json_ready(ALWAYS_READABLE, stored, self.model.fields), stored["version"])


def _restricting(rule: Filter) -> tuple[Filter, ...]:
    """The rule, when it restricts anything."""
    return () if rule == ALL else (rule,)
