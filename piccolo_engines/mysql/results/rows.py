"""The rows of a result as dictionaries, with the values that their columns promise.

A result of the same shape is turned into rows over and over, so the function that does it is written out for
the shape: one dictionary display for a row, with the conversions in their places. It is made the second
time that a shape is met, because making it costs as much as a hundred rows.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

from piccolo.table import Table

from piccolo_engines.mysql.results.values import Converter, Hint, aware, converter_of
from piccolo_engines.statements import BuildRows, Projection

__all__ = ["Rows", "to_rows"]

Rows = list[dict[str, Any]]

_MOST_SHAPES = 64  # the name of the database is part of it, and tenants may share a table class
_INLINE = {aware: "combine({0}, {0}.time(), UTC)", bool: "{0} != 0"}
"""Conversions that are quicker said in place than called; for values that are not null."""


def to_rows(
    rows: Sequence[tuple[Any, ...]],
    fields: Sequence[Any],
    hints: Sequence[Hint] | None,
    table: type[Table] | None,
) -> Rows:
    """Name and convert the values of a result set.

    :param hints: for a select, the Piccolo column behind each result column, where there is one; ``None``
        when the statement is not one of Piccolo's own selects.
    :param table: the table that the query was made for.
    """
    if type(hints) is not Projection:
        return _slowly(rows, fields, hints, table)
    if hints.latest is not None and hints.latest[0] is fields:
        return hints.latest[1](rows)
    shape = tuple([field.get_all_data() for field in fields])
    build = hints.shapes.get(shape)
    if build is not None:
        hints.latest = fields, build
        return build(rows)
    if shape in hints.shapes:
        build = hints.shapes[shape] = _builder(*_names_and_converters(fields, hints, table))
        return build(rows)
    if len(hints.shapes) >= _MOST_SHAPES:
        hints.shapes.clear()
    hints.shapes[shape] = None
    return _slowly(rows, fields, hints, table)


def _names_and_converters(
    fields: Sequence[Any], hints: Sequence[Hint] | None, table: type[Table] | None
) -> tuple[tuple[str, ...], tuple[Converter | None, ...]]:
    names = tuple(field.name for field in fields)
    return names, tuple(converter_of(field, place, hints, table) for place, field in enumerate(fields))


def _slowly(
    rows: Sequence[tuple[Any, ...]],
    fields: Sequence[Any],
    hints: Sequence[Hint] | None,
    table: type[Table] | None,
) -> Rows:
    names, converters = _names_and_converters(fields, hints, table)
    if not any(converters) or not rows:
        return [dict(zip(names, row, strict=True)) for row in rows]
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, convert in enumerate(converters):
        if convert is not None:
            columns[place] = [None if value is None else convert(value) for value in columns[place]]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@functools.lru_cache(maxsize=512)
def _builder(names: tuple[str, ...], converters: tuple[Converter | None, ...]) -> BuildRows:
    """``lambda rows: [{'id': v0, 'active': None if v1 is None else v1 != 0} for (v0, v1,) in rows]``."""
    known: dict[str, object] = {"UTC": dt.UTC, "combine": dt.datetime.combine}
    items = []
    for place, (name, convert) in enumerate(zip(names, converters, strict=True)):
        value = f"v{place}"
        if convert is not None:
            known[f"c{place}"] = convert
            said = _INLINE.get(convert, f"c{place}({{0}})").format(value)
            said = f"None if {value} is None else {said}"
        else:
            said = value
        items.append(f"{name!r}: {said}")
    values = ", ".join(f"v{place}" for place in range(len(names)))
    code = f"lambda rows: [{{{', '.join(items)}}} for ({values},) in rows]"
    build: BuildRows = eval(code, known)  # noqa: S307 - names of columns are in it as string literals, nothing else is from outside
    return build
