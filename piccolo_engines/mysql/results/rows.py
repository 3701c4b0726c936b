"""The rows of a result as dictionaries, with values of the columns' types.

Results of the same shape occur repeatedly, so a function is generated for each shape: one dictionary display
per row, with inlined conversions. It is generated the second time that a shape occurs, because generating it
costs as much as converting a hundred rows.
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

_MOST_SHAPES = 64  # shapes contain the database's name, and databases may share a table class
_INLINE = {aware: "combine({0}, {0}.time(), UTC)", bool: "{0} != 0"}
"""Conversions that are faster inlined than called. Values are not null."""


def to_rows(
    rows: Sequence[tuple[Any, ...]],
    fields: Sequence[Any],
    hints: Sequence[Hint] | None,
    table: type[Table] | None,
) -> Rows:
    """Name and convert the values of a result.

    :param hints: for a select, the Piccolo column of each result column, if there is one; ``None`` for other
        statements than Piccolo's selects.
    :param table: the table of the query.
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
            code = _INLINE.get(convert, f"c{place}({{0}})").format(value)
            code = f"None if {value} is None else {code}"
        else:
            code = value
        items.append(f"{name!r}: {code}")
    values = ", ".join(f"v{place}" for place in range(len(names)))
    code = f"lambda rows: [{{{', '.join(items)}}} for ({values},) in rows]"
    build: BuildRows = eval(code, known)  # noqa: S307 - column names enter as string literals, nothing else is external
    return build
