"""Rows as the API shows them, at the least cost that the database allows.

A record's values are ready for JSON: text, numbers, booleans, lists and objects; ids, dates and times as
text.

On SQLite the driver would make a ``UUID``, ``datetime`` or ``Decimal`` of every value by a call into
Python, for us to turn it into text again; with many rows that is most of the work. It does so for plain
columns only, so a column is selected as ``+column`` there, which is the same value, and the text that the
database keeps is mended where it differs from the answer's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

import msgspec
from piccolo.columns import Column
from piccolo.querystring import QueryString, Selectable

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.query.paths import Fields

__all__ = [
    "Render",
    "expression",
    "json_ready",
    "known",
    "renderer",
    "renderers",
    "shown",
    "utc_text",
]

Render: TypeAlias = Callable[[Any], object]


def utc_text(stored: str) -> str:
    """A moment as SQLite keeps it, in RFC 3339.

    >>> utc_text("2026-02-28 12:30:00.250000+00:00")
    '2026-02-28T12:30:00.250000Z'
    """
    return f"{stored[:10]}T{stored[11:-6]}Z"


_FROM_SQLITE: Final[Mapping[type, Render]] = {bool: bool, datetime: utc_text}
"""What becomes of a kept value whose type is plain; every other is kept as it is shown."""


def expression(name: str, column: Column, engine_type: str) -> Selectable:
    """What to select so that a row holds the column's value under the field's name."""
    return QueryString("+{}", column, alias=name) if engine_type == "sqlite" else column.as_alias(name)


def renderers(
    names: Sequence[str], fields: Fields, columns: Mapping[str, Column], engine_type: str
) -> tuple[tuple[str, Render], ...]:
    """What has to be done to the values of a row that :func:`expression` selected; most need nothing."""
    found = ((name, renderer(known(name, fields), columns[name], engine_type)) for name in names)
    return tuple((name, render) for name, render in found if render is not None)


def known(name: str, fields: Fields) -> FieldModel:
    """A field that was looked up before, by its name or path."""
    field = fields.get(name)
    assert field is not None, name
    return field


def renderer(field: FieldModel, column: Column, engine_type: str) -> Render | None:
    """From a selected value that is not null to the shown one; None when it is the same."""
    if engine_type != "sqlite":
        return partial(shown, field)
    if field.type.plain:
        return _FROM_SQLITE.get(column.value_type)
    return lambda value: field.type.render(
        value, field
    )  # a double with a decimal's digits formats as the decimal does


def shown(field: FieldModel, value: object) -> object:
    """The shown form of a stored value."""
    if value is None:
        return None
    rendered = value if field.type.plain else field.type.render(value, field)
    return msgspec.to_builtins(rendered)


def json_ready(
    names: Sequence[str], stored: Mapping[str, Any], fields: Mapping[str, FieldModel]
) -> dict[str, Any]:
    """The shown form of the named fields of one record in stored form."""
    return {name: shown(fields[name], stored[name]) for name in names}
