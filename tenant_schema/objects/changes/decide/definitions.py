"""All definitions of a tenant at one time, as rows, and the models, drafts and shapes that they result in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tenant_schema.objects.changes.decide.shapes import TableShape, shape_of
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.index_checks import marked
from tenant_schema.objects.definitions.row_budget import SQLITE, RowLimits
from tenant_schema.objects.errors import FieldNotFound, ObjectNotFound
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.objects.model.rows import DefinitionRows, FieldRow, ObjectRow
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.problems import suggestion

__all__ = ["Definitions", "field_draft", "field_drafts", "object_draft"]

_USERS = "users"


@dataclass(frozen=True, slots=True)
class Definitions:
    """Objects with their fields. Immutable: :meth:`with_object` returns new ones."""

    rows: DefinitionRows
    limits: RowLimits = SQLITE
    """What the database has room for in a row."""
    classes: SharedTables = field(default_factory=SharedTables, compare=False)
    """Where table classes come from: most are those that the catalog has."""
    _models: dict[str, ObjectModel] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def names(self) -> list[str]:
        """The names of all objects."""
        return [row.name for row, _ in self.rows]

    def object(self, name: str) -> tuple[ObjectRow, Sequence[FieldRow]]:
        """Return an object's row and those of its fields. Raises :class:`ObjectNotFound`."""
        for row, fields in self.rows:
            if row.name == name:
                return row, fields
        raise ObjectNotFound(name, suggestion(name, self.names))

    def field(self, object_name: str, name: str) -> FieldRow:
        """Return a field's row. Raises :class:`FieldNotFound` and :class:`ObjectNotFound`."""
        _, fields = self.object(object_name)
        for row in fields:
            if row.name == name:
                return row
        raise FieldNotFound(object_name, name, suggestion(name, [row.name for row in fields]))

    def model(self, name: str) -> ObjectModel:
        """Return the object's model."""
        if name not in self._models:
            self._models[name] = object_model(*self.object(name), self.classes)
        return self._models[name]

    def tables(self) -> dict[str, str]:
        """Return the physical names of the tables that lookups may refer to, by names of objects."""
        return {_USERS: _USERS} | {row.name: row.table_name for row, _ in self.rows}

    def shape(self, name: str) -> TableShape:
        """Return the shape of the object's table, in the types of the bound engine."""
        return shape_of(self.model(name), self.tables())

    def lookups(self, name: str) -> list[tuple[str, str]]:
        """Return the fields that refer to the object, as pairs of object and field."""
        return [
            (row.name, field.name) for row, fields in self.rows for field in fields if field.target == name
        ]

    def with_object(self, row: ObjectRow, fields: Sequence[FieldRow]) -> "Definitions":
        """Return definitions with the object added, or replaced if its id exists."""
        others = [pair for pair in self.rows if pair[0].id != row.id]
        return replace(self, rows=[*others, (row, fields)])

    def without(self, name: str) -> "Definitions":
        """Return definitions without the object."""
        return replace(self, rows=[pair for pair in self.rows if pair[0].name != name])

    def retargeted(self, old: str, new: str) -> "Definitions":
        """Return definitions whose lookups into the object have its new name."""
        rows = [
            (row, [one.retargeted(new) if one.target == old else one for one in fields])
            for row, fields in self.rows
        ]
        return replace(self, rows=rows)


def field_draft(row: FieldRow) -> FieldDraft:
    """The draft from which the field would be created."""
    return FieldDraft(
        name=row.name,
        label=row.label,
        type=row.type,
        description=row.description,
        required=row.required,
        unique=row.unique,
        indexed=row.indexed,
        searchable=row.searchable,
        history=row.history,
        storage=row.storage,
        sort_key=row.sort_key,
        default=row.default_value,
        settings=row.settings,
        translations=row.translations,
    ).complete()


def field_drafts(row: ObjectRow, fields: Sequence[FieldRow]) -> tuple[FieldDraft, ...]:
    """The drafts of an object's fields, marked as parts of its indexes."""
    return marked([field_draft(one) for one in fields], row.object_indexes)


def object_draft(row: ObjectRow, fields: Sequence[FieldRow]) -> ObjectDraft:
    """The draft from which the object would be created."""
    return ObjectDraft(
        name=row.name,
        label=row.label,
        plural_label=row.plural_label,
        description=row.description,
        name_field=row.name_field,
        fields=field_drafts(row, fields),
        indexes=row.object_indexes,
        translations=row.translations,
    )
