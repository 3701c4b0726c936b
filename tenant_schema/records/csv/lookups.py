"""Finds the records to which lookups in CSV refer by a field: in the database, with one statement for many
lines, and among earlier lines of the same transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from piccolo_engines.lru import Lru
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.columns import Column
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.reading.by_value import ids_by_value, users_by_value
from tenant_schema.records.record import Row
from tenant_schema.records.sql.rendering import shown
from tenant_schema.records.writing.bulk import Item

__all__ = ["CsvRow", "fail_dependents", "find_lookups"]


@dataclass(slots=True, eq=False)
class CsvRow:
    """A line, and the record that it creates or updates.

    :ivar values: the values of its cells, in stored form.
    :ivar key: the value that identifies the record, if lines may change records.
    :ivar wanted: search values of lookups, by the positions of their columns.
    :ivar above: the earlier lines to which lookups refer, by field name.
    :ivar is_new: whether the line creates a record.
    """

    item: Item
    values: Row = field(default_factory=dict)
    key: Any = None
    wanted: dict[int, object] = field(default_factory=dict)
    above: dict[str, "CsvRow"] = field(default_factory=dict)
    is_new: bool = True

    def fail(self, status: int, problem: Problem) -> None:
        """Add a problem to the line and set its status."""
        self.item.fail(status, *self.item.problems, problem)


async def find_lookups(target: Target, columns: Sequence[Column], rows: Sequence[CsvRow]) -> None:
    """Set lookups to the ids of their records. A cell that matches no readable record, or several, fails its
    line.
    """
    for column in columns:
        if column.by is None:
            continue
        values = {row.wanted[column.place] for row in rows if column.place in row.wanted}
        if values:
            there = await _ids(target, column, column.by, values)
            is_own = column.target is not None and column.target.name == target.model.name
            _Resolver(column, column.by, there, is_own=is_own).resolve(rows)


class _Resolver:
    """Resolves one lookup column, line by line."""

    def __init__(
        self, column: Column, by: FieldModel, there: Mapping[object, Sequence[UUID]], *, is_own: bool
    ) -> None:
        self.column, self.by, self.there, self.is_own = column, by, there, is_own
        self._above: defaultdict[object, list[CsvRow]] = defaultdict(list)
        self._now: dict[UUID, object] = {}

    def resolve(self, rows: Sequence[CsvRow]) -> None:
        """Resolve the lines in order. A line sees records as the lines above it and the line itself change
        them.
        """
        for row in rows:
            if self.is_own:
                self._see(row)
            if self.column.place in row.wanted:
                self._find(row, row.wanted[self.column.place])

    def _see(self, row: CsvRow) -> None:
        value = row.values.get(self.by.name)
        if value is None:
            return
        key = self.by.type.comparable(shown(self.by, value))
        self._above[key].append(row)
        if row.item.id is not None and not row.item.problems:
            self._now[row.item.id] = key

    def _find(self, row: CsvRow, value: object) -> None:
        key = self.by.type.comparable(shown(self.by, value))
        above = self._above.get(key, [])
        sound = {one.item.id: one for one in above if not one.item.problems and self._is_now(one, key)}
        there = {one for one in self.there.get(key, ()) if self._now.get(one, key) == key}
        found = there | {*sound}
        name = self.column.field.name
        if len(found) == 1:
            (record_id,) = found
            row.item.values[name] = record_id
            if record_id not in there and sound[record_id] is not row:
                row.above[name] = sound[record_id]
        elif found or not above:
            row.fail(422, self._problem(value, several=bool(found)))
        else:
            message = f"Line {above[-1].item.position}, which has {_quoted(value)}, cannot be taken in."
            row.fail(422, Problem(name, "reference-not-found", message))

    def _is_now(self, row: CsvRow, key: object) -> bool:
        """Return whether the record still has the value at this line, and no later line changed it."""
        return row.item.id is not None and self._now.get(row.item.id) == key

    def _problem(self, value: object, *, several: bool) -> Problem:
        name, kind = self.column.field.name, self.column.field.settings["target"]
        what = f"{kind} with {self.by.label} {_quoted(value)}"
        if several:
            return Problem(name, "ambiguous-reference", f"Several records of {what}.")
        hint = " A line has to stand below the one that it refers to." if self.is_own else ""
        return Problem(name, "reference-not-found", f"No record of {what}.{hint}")


def _quoted(value: object) -> str:
    return repr(str(value)[:100])


def fail_dependents(rows: Sequence[CsvRow]) -> None:
    """Fail lines that refer to an earlier line that has failed."""
    for row in rows:
        for name, above in row.above.items():
            if above.item.problems and not row.item.problems:
                message = f"Line {above.item.position}, to which this leads, cannot be taken in."
                row.fail(422, Problem(name, "reference-not-found", message))


async def _ids(
    target: Target, column: Column, by: FieldModel, values: set[object]
) -> Mapping[object, Sequence[UUID]]:
    model = column.target
    if model is None or model is USERS:
        return await users_by_value(by, values)
    related = target.for_view(target.schema.view(model.name), Lru(4))
    return await ids_by_value(related, by, values)
