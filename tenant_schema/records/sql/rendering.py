"""Records in the form of responses.

All values are ready for JSON: text, numbers, booleans, lists and objects; ids, dates and times are text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.query.paths import Fields

__all__ = [
    "json_ready",
    "known",
    "shown",
]


def known(name: str, fields: Fields) -> FieldModel:
    """A field that was looked up before, by its name or path."""
    field = fields.get(name)
    assert field is not None, name
    return field


def shown(field: FieldModel, value: object) -> object:
    """The shown form of a stored value."""
    return msgspec.to_builtins(_rendered(field, value))


def _rendered(field: FieldModel, value: object) -> object:
    return value if value is None or field.type.plain else field.type.render(value, field)


def json_ready(
    names: Sequence[str], stored: Mapping[str, Any], fields: Mapping[str, FieldModel]
) -> dict[str, Any]:
    """The shown form of the named fields of one record in stored form."""
    ready: dict[str, Any] = msgspec.to_builtins(
        {name: _rendered(fields[name], stored[name]) for name in names}
    )
    return ready
