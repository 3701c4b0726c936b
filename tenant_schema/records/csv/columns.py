"""Assigns the columns of a CSV file to fields."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.problems import Problem, ProblemCollector, suggestion
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import ValidationFailed
from tenant_schema.records.writing.record_key import RecordKey

__all__ = ["Column", "Columns", "columns_of"]

_MOST_COLUMNS: Final = 1_000
_MOST_DOTS: Final = 10
_NO_KEYS: Final = frozenset({"json", "multi_select", "long_text"})
"""Types of fields by which records cannot be found."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is imported into ``field``.

    :ivar place: the position of the column, from 0.
    :ivar by: for a lookup, the field of ``target`` by which records are found; None if the cells are ids.
    """

    place: int
    name: str
    field: FieldModel
    by: FieldModel | None = None
    target: ObjectModel | None = None


@dataclass(slots=True)
class Columns:
    """The columns of a file, assigned to fields or ignored.

    :ivar taken: the columns that are imported.
    :ivar left_out: the reasons for ignored columns, by position.
    :ivar unnamed: the positions of columns without head and mapping, whose cells must be empty.
    """

    taken: list[Column] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)


async def columns_of(
    target: Target,
    header: Sequence[str],
    mapping: Mapping[str, str | None] | None,
    key: RecordKey | None = None,
    *,
    has_head: bool = True,
) -> Columns:
    """Assign columns to fields.

    A head is the name or label of a field, or ``lookup.field``. The mapping takes precedence: from heads or
    column numbers (from 1) to names of fields, or to None for columns to ignore. Fields that the system sets
    are ignored.

    :param key: the key that identifies records, each field of which must have a column.

    Raises :class:`ValidationFailed` with all problems.
    """
    if len(header) > _MOST_COLUMNS:
        message = f"There are more than {_MOST_COLUMNS} columns."
        raise ValidationFailed([Problem("", "too-many-columns", message)])
    work = _Matching(target, key)
    wanted = work.mapped(header, mapping or {})
    for place, name in enumerate(header):
        if place not in wanted and not has_head:
            message = f'Column {name} has no head: map it to a field, or to null, such as {{"{name}": null}}.'
            work.collector.add(name, "missing-mapping", message)
        elif place not in wanted and not name:
            work.columns.unnamed.append(place)
        elif (to := wanted.get(place, name)) is None:
            work.columns.left_out[place] = "the mapping leaves it out"
        else:
            await work.take(place, name or str(place + 1), to, mapped=place in wanted)
    work.check_together()
    if work.collector.problems:
        raise ValidationFailed(work.collector.problems)
    return work.columns


class _Names:
    """Fields by name, and by label if the label is unique."""

    def __init__(self, fields: Mapping[str, FieldModel]) -> None:
        self.fields = fields
        self._labels: dict[str, FieldModel | None] = {}
        for one in fields.values():
            label = _folded(one.label)
            self._labels[label] = None if label in self._labels else one

    def find(self, name: str, *, by_label: bool = True) -> FieldModel | None:
        """Return the field with that name, or with that label if it is unique."""
        found = self.fields.get(name)
        return self._labels.get(_folded(name)) if found is None and by_label else found


def _folded(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


class _Matching:
    """Matches columns with the fields of one object, and collects what cannot be understood."""

    def __init__(self, target: Target, key: RecordKey | None) -> None:
        self.target, self.key = target, key
        self.columns, self.collector = Columns(), ProblemCollector()
        self.names = _Names({**target.rights.readable, **target.rights.creatable})
        self._reached: dict[str, tuple[ObjectModel, _Names] | None] = {}

    def mapped(self, header: Sequence[str], mapping: Mapping[str, str | None]) -> Mapping[int, str | None]:
        """Return the mapping by the columns' positions. Its keys are trimmed like heads."""
        by_head: defaultdict[str, list[int]] = defaultdict(list)
        for place, head in enumerate(header):
            by_head[head].append(place)
        heads, found = [head for head in by_head if head], dict[int, str | None]()
        for given, to in mapping.items():
            name = given.strip()
            places = by_head.get(name, []) if name else []
            if not places and name.isascii() and name.isdigit() and 0 < int(name[:6]) <= len(header):
                places = [int(name[:6]) - 1]
            if not places:
                near = None if self.collector.full else suggestion(name, heads)
                self.collector.add(name, "unknown-column", "The file has no such column.", near)
            elif any(place in found for place in places):
                self.collector.add(name, "repeated", "The mapping names this column twice.")
            else:
                found |= dict.fromkeys(places, to if to is None else to.strip())
        return found

    async def take(self, place: int, name: str, to: str, *, mapped: bool) -> None:
        """Assign the column to a field, or add it to the ignored columns or the problems."""
        found = self.names.find(to, by_label=not mapped)
        column = await self._lookup(place, name, to) if found is None else Column(place, name, found)
        if column is None:
            return
        one = column.field
        if self.key is not None and one.name in self.key.names:
            self.columns.taken.append(column)
        elif one.name == "id" and self.key is None:
            message = (
                "The file has the ids of records: set upsertBy=id to change these, or map the column to null "
                "to create new ones."
            )
            self.collector.add(name, "id-without-upsert", message)
        elif one.read_only and not mapped:
            self.columns.left_out[place] = "set by the system"  # an export has these, too
        elif one.read_only or one.name not in self.target.rights.creatable:
            self.collector.add(name, "not-allowed", f"{one.label} cannot be set.")
        else:
            self.columns.taken.append(column)

    async def _lookup(self, place: int, name: str, path: str) -> Column | None:
        """Return the column for a path ``lookup.field``, or None after adding a problem. Names and labels may
        contain dots.
        """
        problem: tuple[str, str, str | None] | None = None
        for dot in [at for at, character in enumerate(path) if character == "."][:_MOST_DOTS]:
            lookup = self.names.find(path[:dot].strip())
            if lookup is None:
                continue
            reached, beyond = self._beyond(lookup), path[dot + 1 :].strip()
            by = None if reached is None else reached[1].find(beyond)
            if reached is not None and by is not None and kind_of(by.type) not in _NO_KEYS:
                return Column(place, name, lookup, by, reached[0])
            problem = problem or self._no_lookup(lookup, beyond, by, reached)
        if problem is None:
            self._unknown(name, path)
        else:
            self.collector.add(name, *problem)
        return None

    def _unknown(self, name: str, path: str) -> None:
        """Add the problem of a column without a mapping whose head is no field."""
        collector = self.collector
        near = None if collector.full else suggestion(path, tuple(self.target.rights.readable))
        message = f"There is no field {path[:64]!r}: map the column to a field, or to null to leave it out."
        collector.add(name, "unknown-field", message, near)

    def _no_lookup(
        self,
        lookup: FieldModel,
        beyond: str,
        by: FieldModel | None,
        reached: tuple[ObjectModel, _Names] | None,
    ) -> tuple[str, str, str | None]:
        """Return code, message and suggestion for a lookup that cannot find records by this field."""
        if by is not None:
            return "not-comparable", f"Records are not found by a field of type {by.type.name}.", None
        near = None if reached is None else suggestion(beyond, tuple(reached[1].fields))
        message = f"{lookup.label} leads to no records with a field {beyond[:64]!r}."
        return "unknown-field", message, near and f"{lookup.name}.{near}"

    def _beyond(self, field: FieldModel) -> tuple[ObjectModel, _Names] | None:
        """Return the target of a lookup and its readable fields; None for other fields and unreadable
        targets.
        """
        if field.type.name != "lookup":
            return None
        name: str = field.settings["target"]
        if name not in self._reached:
            self._reached[name] = self._open(name)
        return self._reached[name]

    def _open(self, name: str) -> tuple[ObjectModel, _Names] | None:
        view = self.target.schema.readable(name)
        return None if view is None else (view.model, _Names(view.readable))

    def check_together(self) -> None:
        """Add the problems of the assigned columns as a whole: repeated fields, a missing key, missing
        rights.
        """
        heads: defaultdict[str, list[str]] = defaultdict(list)
        for column in self.columns.taken:
            heads[column.field.name].append(repr(column.name))
        for name in sorted(name for name, several in heads.items() if len(several) > 1):
            message = f"Several columns go into {name}: {' and '.join(heads[name])[:200]}."
            self.collector.add(name, "repeated", message)
        if self.key is None:
            return
        given = {column.field.name for column in self.columns.taken if column.by is None}
        for name in self.key.names:
            if name not in given:
                self.collector.add(name, "missing-column", f"There is no column for {name}.")
        for name in heads:
            if name not in self.key.names and name not in self.target.rights.writable:
                self.collector.add(name, "not-allowed", f"Your roles do not allow you to change {name}.")
