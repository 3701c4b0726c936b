"""Finds the records that refer to others by lookups: records that are deleted with them, and records that
prevent the deletion.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import Where

from piccolo_engines.lru import Lru
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.records.access.rights import all_rights
from tenant_schema.records.access.schema_view import ObjectView
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import TooManyDependents
from tenant_schema.records.record import Row

__all__ = [
    "MAX_CASCADE",
    "Cascade",
    "Reference",
    "Tie",
    "Which",
    "beside",
    "collect",
    "loops_among",
    "references",
    "referring",
]

MAX_CASCADE: Final = 10_000
"""Records that go with others in one transaction."""
_PORTION: Final = 500
"""Ids in one statement."""

Which: TypeAlias = Callable[[Column], Where | None]
"""Which of the referring records count, by their ``deleted_at``; None for all."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A lookup of ``model`` that leads to the records in question."""

    model: ObjectModel
    field: FieldModel

    @property
    def on_delete(self) -> str:
        """``restrict``, ``cascade`` or ``set_null``."""
        return str(self.field.settings["onDelete"])


Tie: TypeAlias = tuple[Reference, list[UUID]]
"""A lookup, and the ids of records that refer by it to one another or to themselves."""


@dataclass(slots=True)
class Cascade:
    """Records to delete and all records that are deleted with them, in levels: each level refers to the one
    before.

    ``roots`` says for each record which of the first ones it goes with, ``loops`` which of them refer to
    themselves by ``cascade``.
    """

    levels: list[tuple[ObjectModel, list[Row]]] = field(default_factory=list)
    roots: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    loops: list[Tie] = field(default_factory=list)

    def add(self, model: ObjectModel, rows: Sequence[Row], root_of: Callable[[Row], UUID]) -> list[Row]:
        """Return one more level; those of the rows that are new."""
        fresh = [row for row in rows if (model.id, row["id"]) not in self.roots]
        self.roots.update({(model.id, row["id"]): root_of(row) for row in fresh})
        if len(self.roots) > MAX_CASCADE:
            raise TooManyDependents(MAX_CASCADE)
        if fresh:
            self.levels.append((model, fresh))
        return fresh

    def ids(self) -> Mapping[str, set[UUID]]:
        """Return the records' ids by the names of their objects."""
        found: defaultdict[str, set[UUID]] = defaultdict(set)
        for model, rows in self.levels:
            found[model.name].update(row["id"] for row in rows)
        return found

    def without(self, roots: Iterable[UUID]) -> "Cascade":
        """Return the cascade without some of the first records and their dependents."""
        staying = set(roots)
        left = Cascade()
        for model, rows in self.levels:
            kept = [row for row in rows if self.roots[model.id, row["id"]] not in staying]
            left.add(model, kept, lambda row, model=model: self.roots[model.id, row["id"]])  # type: ignore[misc]
        return left


def references(target: Target, object_name: str, *on_delete: str) -> list[Reference]:
    """Return the lookups to an object that have one of these rules for deletions."""
    return [
        found
        for model in target.schema.objects.values()
        for one in model.fields.values()
        if one.type.name == "lookup"
        and one.settings["target"] == object_name
        and (found := Reference(model, one)).on_delete in on_delete
    ]


def beside(target: Target, model: ObjectModel) -> Target:
    """Another object, for what its definition does to its records, whatever the caller may do."""
    return target.for_view(ObjectView(model, all_rights(model), frozenset()), Lru(16))


async def collect(target: Target, rows: Sequence[Row], which: Which) -> Cascade:
    """Locked records, and what goes with them by ``cascade``, locked too.

    Raises :class:`TooManyDependents`.
    """
    cascade = Cascade()
    pending = [(target.model, cascade.add(target.model, rows, lambda row: row["id"]))]
    while pending:
        model, parents = pending.pop(0)
        for reference in references(target, model.name, "cascade"):
            children = await referring(reference, [row["id"] for row in parents], which)
            cascade.loops += loops_among(reference, children)
            fresh = cascade.add(
                reference.model,
                children,
                lambda row, model=model: cascade.roots[model.id, row["parent"]],  # type: ignore[misc]
            )
            if fresh:
                pending.append((reference.model, fresh))
    return cascade


def loops_among(reference: Reference, rows: Sequence[Row]) -> list[Tie]:
    """Return the records that refer to themselves, of those that :func:`referring` found."""
    ids = [row["id"] for row in rows if row["id"] == row["parent"]]
    return [(reference, ids)] if ids else []


async def referring(reference: Reference, ids: Sequence[UUID], which: Which) -> list[Row]:
    """Lock and return the records that refer to these by a lookup: ids, versions and the ids to which they
    refer.
    """
    model, found = reference.model, list[Row]()
    lookup = model.columns[reference.field.name]
    columns: dict[str, Any] = {"id": model.columns["id"], "version": model.columns["version"]}
    selected = [column.as_alias(name) for name, column in (columns | {"parent": lookup}).items()]
    counts = which(model.columns["deleted_at"])
    for start in range(0, len(ids), _PORTION):
        these = lookup.is_in(list(ids[start : start + _PORTION]))
        query = model.table.select(*selected).where(these if counts is None else these & counts)
        query = query.order_by(model.columns["id"]).limit(MAX_CASCADE + 1)
        found += await bound_storage().lock_rows(query)
    return found
