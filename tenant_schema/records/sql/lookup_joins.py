"""Paths over lookups in SQL: as subqueries, for any statement, and as joins, for lists sorted by a path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from piccolo.columns import Column
from piccolo.querystring import QueryString

from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.query.model import IN_USE, NOTHING, And, Condition, Filter, LookupFilter, Not, Or
from tenant_schema.records.query.table_ref import TableRef, table_ref
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.sql.compiler import compile_filter
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["Hop", "PathColumns", "joins", "self_contained"]

_COMPLEMENTS = {"ne": "eq", "nin": "in", "ne_number": "eq_number", "nin_number": "in_number"}
"""Operators that include records without a value, and those of which they are the complement."""
_Objects = Mapping[str, ObjectModel]


class _NotThere(Exception):
    """A rule names a field or an object that no longer exists."""


def self_contained(tree: Filter, model: ObjectModel, objects: _Objects) -> Filter:
    """Return a row rule with its paths as :class:`LookupFilter`, so that any statement on the model's table
    can use it.

    Records beyond lookups are considered whether or not the caller may read them, unless they are in the
    trash. A rule that names a field or an object which no longer exists becomes :data:`NOTHING`.
    """
    try:
        return _contained(tree, model, objects)
    except _NotThere:
        return NOTHING


def _contained(tree: Filter, model: ObjectModel, objects: _Objects) -> Filter:
    if isinstance(tree, Condition):
        return _condition(tree, model, objects)
    if isinstance(tree, Not):
        return Not(_contained(tree.term, model, objects))
    if isinstance(tree, And | Or):
        return type(tree)(tuple(_contained(term, model, objects) for term in tree.terms))
    return tree


def _condition(condition: Condition, model: ObjectModel, objects: _Objects) -> Filter:
    """One condition; with a path, it becomes a condition on the record that the lookup refers to."""
    name, _, rest = condition.field.partition(".")
    if name not in model.columns:
        raise _NotThere
    if not rest:
        return condition
    beyond = _target(model.fields.get(name), objects)
    asks_for_null = condition.operator == "null" and condition.value is True
    is_negative = asks_for_null or condition.operator in _COMPLEMENTS
    term = _condition(_positive(condition, rest) if is_negative else _at(condition, rest), beyond, objects)
    table = table_ref(beyond.table)
    return LookupFilter(name, table, And((IN_USE, term)) if table.has_trash else term, negated=is_negative)


def _target(lookup: FieldModel | None, objects: _Objects) -> ObjectModel:
    """The object that a lookup refers to."""
    target = lookup.settings["target"] if lookup is not None and lookup.type.name == "lookup" else None
    found = USERS if target == USERS.name else objects.get(str(target))
    if found is None:
        raise _NotThere
    return found


def _at(condition: Condition, field: str) -> Condition:
    """The condition on another field."""
    return Condition(field, condition.operator, condition.value)


def _positive(condition: Condition, field: str) -> Condition:
    """The complement of a condition that includes records without a value."""
    if condition.operator == "null":
        return Condition(field, "null", False)
    return Condition(field, _COMPLEMENTS[condition.operator], condition.value)


@dataclass(frozen=True, slots=True)
class Hop:
    """A lookup that is followed with a join.

    :ivar path: of the lookup, such as ``account.parent``.
    :ivar visible: the filter for records of the other table that the caller may read, with slots.
    """

    path: str
    table: TableRef
    visible: Filter


class PathColumns(dict[str, Column]):
    """The columns of an object's table by field name, and of joined tables by path."""

    def __init__(self, model: ObjectModel, hops: Sequence[Hop]) -> None:
        super().__init__(model.columns)
        self._hops = {hop.path: (hop, f"r{number}") for number, hop in enumerate(hops, 1)}

    def __missing__(self, path: str) -> Column:
        lookup, _, name = path.rpartition(".")
        hop, alias = self._hops[lookup]
        column = self[path] = hop.table.column(name, alias)
        return column


def joins(hops: Sequence[Hop], columns: PathColumns, dialect: RecordsDialect) -> list[QueryString]:
    """A LEFT JOIN for each hop, to the record that its lookup refers to if the caller may read it.

    Piccolo joins over its ``ForeignKey`` only, without conditions on the joined row.
    """
    return [_join(hop, columns, f"r{number}", dialect) for number, hop in enumerate(hops, 1)]


class _Beyond(dict[str, Column]):
    """The columns of one joined table, by field name."""

    def __init__(self, hop: Hop, columns: PathColumns) -> None:
        super().__init__()
        self.path, self.columns = hop.path, columns

    def __missing__(self, name: str) -> Column:
        return self.columns[f"{self.path}.{name}"]


def _join(hop: Hop, columns: PathColumns, alias: str, dialect: RecordsDialect) -> QueryString:
    """One of the joins."""
    beyond = _Beyond(hop, columns)
    visible = compile_filter(hop.visible, beyond, dialect)
    conditions = "({} = {})" if visible is None else "({} = {} AND {})"
    arguments = [beyond["id"], columns[hop.path], *([] if visible is None else [visible.querystring])]
    return QueryString(f' LEFT JOIN "{hop.table.name}" AS "{alias}" ON {conditions}', *arguments)
