"""The difference between two shapes of a table, as operations in a safe order.

What a new definition needs is executed before it becomes valid; what an old one needed is dropped when no
process reads it any more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from tenant_schema.objects.changes.decide.operations import (
    AddColumn,
    AddCompositeIndex,
    AddIndex,
    AddReference,
    AddSearch,
    ConvertColumn,
    CreateTable,
    DropColumn,
    DropCompositeIndex,
    DropIndex,
    DropReference,
    DropSearch,
    DropTable,
    FillKeys,
    FillSearch,
    Operation,
)
from tenant_schema.objects.changes.decide.shapes import ColumnShape, IndexShape, TableShape

__all__ = ["NOTICED", "Rules", "Steps", "creation", "difference"]


NOTICED: Final = 1.0
"""Seconds after which every process knows of a change of definitions: twice what they are cached for."""


class Rules(Protocol):
    """The properties of an engine that the difference depends on."""

    @property
    def keys_with_columns(self) -> bool:
        """Whether a foreign key is part of its column, which then has to be replaced to change the key."""

    @property
    def keys_generated(self) -> bool:
        """Whether the database generates the column of sort keys."""

    @property
    def search_apart(self) -> bool:
        """Whether a search index is a separate table, which the record service writes."""

    def same_type(self, one: str, other: str) -> bool:
        """Whether two types are stored alike."""


@dataclass(slots=True)
class Steps:
    """Operations ``before`` the definition becomes valid, and ``after``."""

    before: list[Operation] = field(default_factory=list)
    after: list[Operation] = field(default_factory=list)


def difference(
    old: TableShape | None,
    new: TableShape | None,
    rules: Rules,
    defaults: Mapping[str, str] | None = None,
) -> Steps:
    """Return the operations from the old shape to the new one; None stands for no table.

    :param defaults: SQL literals that existing rows get in new columns, by column.
    """
    if old is None or new is None:
        return Steps(
            creation(new, rules) if new is not None and old is None else [],
            _removal(old, rules) if old is not None else [],
        )
    return _Difference(old, new, rules, defaults or {}).steps()


def creation(shape: TableShape, rules: Rules) -> list[Operation]:
    """Return the operations that create the table with its search index."""
    search = [AddSearch(shape.name, shape.search)] if rules.search_apart and shape.search else []
    return [CreateTable(shape.name, shape), *search]


def _removal(shape: TableShape, rules: Rules) -> list[Operation]:
    search = [DropSearch(shape.name, shape.search)] if rules.search_apart and shape.search else []
    return [*search, DropTable(shape.name, shape)]


class _Difference:
    def __init__(self, old: TableShape, new: TableShape, rules: Rules, defaults: Mapping[str, str]) -> None:
        self._old, self._new, self._rules, self._defaults = old, new, rules, defaults
        self._steps = Steps()
        self._table = new.name

    def steps(self) -> Steps:
        old = {one.name: one for one in self._old.columns}
        new = {one.name: one for one in self._new.columns}
        changed = [(old[name], one) for name, one in new.items() if name in old and old[name] != one]
        converted = [pair for pair in changed if self._is_conversion(*pair)]
        redone = {one.name for one, _ in converted} if self._rules.keys_with_columns else set()
        generated = [one for one in self._old.columns if one.source in redone]
        search_changes = self._old.search != self._new.search or bool(redone & set(self._new.search))
        if search_changes:
            self._drop_search()
        redone_in = redone | {one.name for one in generated}
        moved = [one for one in self._old.indexes if redone_in & set(one.columns)]
        self._drop_indexes(moved, self._steps.before)
        for one in generated:  # from columns that are replaced
            self._drop(one, self._steps.before)
        for before, after in converted:
            self._convert(before, after)
        self._add_new(old, redone)
        for before, after in changed:
            if after.name not in redone:
                self._keys(before, after)
        if search_changes and self._new.search:
            self._add_search(self._new.search)
        self._add_indexes(moved)
        kept = {*self._new.indexes, *moved}
        self._drop_indexes([one for one in self._old.indexes if one not in kept], self._steps.after)
        for one in reversed(self._old.columns):
            if one.name not in new and one not in generated:
                self._drop(one, self._steps.after)
        return self._steps

    def _add_indexes(self, moved: Collection[IndexShape]) -> None:
        """Add the new indexes of the object, and those that were dropped for a column that is replaced."""
        added = [one for one in self._new.indexes if one not in self._old.indexes or one in moved]
        self._steps.before += [AddCompositeIndex(self._table, one) for one in added]

    def _drop_indexes(self, indexes: Iterable[IndexShape], steps: list[Operation]) -> None:
        steps += [DropCompositeIndex(self._table, one) for one in indexes]

    def _add_new(self, old: Collection[str], redone: Collection[str]) -> None:
        """Add new columns, and those that are generated from replaced ones."""
        for one in self._new.columns:
            if one.name not in old or one.source in redone:
                self._add(one, is_of_old=one.source in old)

    def _is_conversion(self, before: ColumnShape, after: ColumnShape) -> bool:
        if not self._rules.same_type(before.type, after.type):
            return True
        return self._rules.keys_with_columns and before.reference != after.reference

    def _drop_search(self) -> None:
        """Searches use the old index until the new one is valid. Where DDL is transactional, nobody sees
        either meanwhile, and both have the same name.
        """
        if self._old.search:
            steps = self._steps.before if self._rules.keys_with_columns else self._steps.after
            steps.append(DropSearch(self._table, self._old.search))

    def _add_search(self, columns: tuple[str, ...]) -> None:
        """Where the record service writes the index, it is checked again when every process knows of it."""
        self._steps.before.append(AddSearch(self._table, columns))
        if self._rules.search_apart:
            self._steps.before.append(FillSearch(self._table, columns))
            self._steps.after.append(FillSearch(self._table, columns, after=NOTICED))

    def _convert(self, before: ColumnShape, after: ColumnShape) -> None:
        steps, table = self._steps.before, self._table
        moment = before.type.upper() == "DATE" and after.type.upper() in _MOMENTS
        convert = ConvertColumn(table, before, after, moment)
        if not self._rules.keys_with_columns:
            steps.append(convert)
            return
        steps += [DropIndex(table, before.name, one, before.tail) for one in _indexes(before)]
        steps.append(convert)
        steps += [AddIndex(table, after.name, one, after.tail) for one in _indexes(after)]

    def _add(self, column: ColumnShape, *, is_of_old: bool) -> None:
        """Add a column. ``is_of_old``: it has the sort keys of an existing column, which may be written to
        meanwhile.
        """
        steps, table = self._steps.before, self._table
        default = self._defaults.get(column.name)
        steps.append(AddColumn(table, column, default))
        if column.source and not self._rules.keys_generated:
            steps.append(FillKeys(table, column.source, column.name))
            if is_of_old:
                waited = any(isinstance(one, FillKeys) for one in self._steps.after)
                after = 0.0 if waited else NOTICED
                self._steps.after.append(FillKeys(table, column.source, column.name, after))
        steps += [AddIndex(table, column.name, one, column.tail) for one in _indexes(column)]
        if column.reference and not self._rules.keys_with_columns:
            steps.append(AddReference(table, column, unchecked=default is None))

    def _keys(self, before: ColumnShape, after: ColumnShape) -> None:
        steps, table = self._steps, self._table
        if before.reference != after.reference and not self._rules.keys_with_columns:
            if before.reference:
                steps.before.append(DropReference(table, before))
            if after.reference:
                same = before.reference is not None and before.reference.table == after.reference.table
                steps.before.append(AddReference(table, after, unchecked=same))
        had, has = _indexes(before), _indexes(after)
        steps.before += [AddIndex(table, after.name, one, after.tail) for one in has if one not in had]
        steps.after += [DropIndex(table, after.name, one, before.tail) for one in had if one not in has]

    def _drop(self, column: ColumnShape, steps: list[Operation]) -> None:
        table = self._table
        if column.reference and not self._rules.keys_with_columns:
            steps.append(DropReference(table, column))
        steps += [DropIndex(table, column.name, one, column.tail) for one in _indexes(column)]
        steps.append(DropColumn(table, column))


_MOMENTS = ("TIMESTAMPTZ", "DATETIME(6)")


def _indexes(column: ColumnShape) -> list[bool]:
    """For each index of the column, whether it is unique."""
    return [True] if column.unique else [False] if column.index else []
