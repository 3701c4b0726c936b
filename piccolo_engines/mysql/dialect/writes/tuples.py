"""The rows of an INSERT: their SQL and their values."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from piccolo import table as table_module
from piccolo.columns import Serial
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.mysql.dialect.conditions import passes_unchanged
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.templates import VALUES, compiled_flat

__all__ = ["Rows", "insert_rows"]

_MOST_SHAPES = 64


class Rows(NamedTuple):
    """Rows as a template and its arguments.

    :ivar compiled: the compiled template; ``None`` if not all arguments are values.
    :ivar is_one: whether there is one row.
    :ivar draws_number: whether the server generates its primary key.
    """

    template: str
    args: list[Any]
    compiled: str | None
    is_one: bool = False
    draws_number: bool = False


class _Shape(NamedTuple):
    """One row whose values have certain types and are all bound unchanged.

    :ivar drawn: the position of the value that the server generates, if any.
    :ivar placeholder: the SQL at that position.
    """

    template: str
    compiled: str
    drawn: int | None
    placeholder: str
    draws_number: bool


class _Plan:
    """The constant parts of all inserts into a table. Stored in the table's metadata, and freed with it.

    :ivar values: reads an object's values by attribute, without descriptors.
    :ivar shapes: by the types of the values; ``None`` for values that must be processed one by one.
    """

    __slots__ = ("about", "beginning", "columns", "shapes", "values")

    def __init__(self, table: type[Table], about: tuple[object, ...]) -> None:
        meta = table._meta
        names = ",".join(quote_name(column._meta.db_column_name) for column in meta.columns)
        self.about = about
        self.beginning = f"INSERT INTO {meta.get_formatted_tablename()} ({names}) VALUES "  # noqa: S608 - names are quoted, values are bound
        self.columns = tuple((column._meta.name, column) for column in meta.columns)
        self.values: Callable[[dict[str, Any]], Any] = itemgetter(*(name for name, _ in self.columns))
        self.shapes: dict[tuple[type, ...], _Shape | None] = {}

    def shape(self, values: Sequence[Any]) -> _Shape | None:
        """Return the shape of a row with such values."""
        types = tuple(map(type, values))
        try:
            return self.shapes[types]
        except KeyError:
            if len(self.shapes) >= _MOST_SHAPES:
                self.shapes.clear()
            shape = self.shapes[types] = self._shape(types, values)
            return shape

    def _shape(self, types: Sequence[type], values: Sequence[Any]) -> _Shape | None:
        drawn = [place for place, kind in enumerate(types) if kind is QueryString]
        if len(drawn) > 1 or any(values[place].args for place in drawn):
            return None
        places = ["{}"] * len(types)
        for place, (_, column) in enumerate(self.columns):
            if place in drawn:
                places[place] = values[place].template
            elif types[place] not in VALUES or not passes_unchanged(values[place], column):
                return None
        template = f"{self.beginning}({','.join(places)})"
        if not drawn:
            return _Shape(template, compiled_flat(template), None, "", False)
        (place,) = drawn
        key = self.columns[place][1]
        draws_number = isinstance(key, Serial) and key._meta.primary_key
        return _Shape(template, compiled_flat(template), place, places[place], draws_number)


def _plan(table: type[Table]) -> _Plan:
    meta = table._meta
    plan: _Plan | None = meta.__dict__.get("mysql_insert")
    about = (table, meta.tablename, meta.schema, id(meta.columns))
    if plan is None or plan.about != about:
        plan = meta.__dict__["mysql_insert"] = _Plan(table, about)
    return plan


def insert_rows(table: type[Table], instances: Sequence[Table]) -> Rows:
    """Return ``INSERT INTO … VALUES (…), (…)``."""
    plan = _plan(table)
    if len(instances) == 1 and len(plan.columns) > 1:
        args = list(plan.values(vars(instances[0])))
        shape = plan.shape(args)
        if shape is not None:
            if shape.drawn is None:
                return Rows(shape.template, args, shape.compiled, True)
            drawn = args.pop(shape.drawn)
            if drawn.template == shape.placeholder and not drawn.args:
                return Rows(shape.template, args, shape.compiled, True, shape.draws_number)
    return _one_by_one(plan, instances)


def _one_by_one(plan: _Plan, instances: Sequence[Table]) -> Rows:
    args: list[Any] = []
    rows, are_values = [], True
    for instance in instances:
        places = []
        for name, column in plan.columns:
            value = getattr(instance, name)
            if not passes_unchanged(value, column):
                value = vars(table_module)["convert_to_sql_value"](value=value, column=column)
            if type(value) not in VALUES and isinstance(value, QueryString):
                if not value.args:
                    places.append(value.template)
                    continue
                are_values = False
            places.append("{}")
            args.append(value)
        rows.append(f"({','.join(places)})")
    template = plan.beginning + ",".join(rows)
    return Rows(template, args, compiled_flat(template) if are_values else None)
