"""Records in the form of responses.

All values are ready for JSON: text, numbers, booleans, lists and objects; ids, dates and times are text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

import msgspec

from piccolo_engines.conversions import Conversion, called
from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.fields.json import JsonType
from tenant_schema.objects.fields.multi_select import MultiSelectType
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.query.paths import Fields

__all__ = ["encodable", "has_fixed_decimals", "known", "rendered_builtins", "shown"]

_RENDERED_BUILTINS: Final = frozenset({JsonType.render, MultiSelectType.render})
"""Renderers that return text, numbers, booleans, lists and objects only, as :func:`shown` does."""


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


def has_fixed_decimals(kind: FieldType) -> TypeGuard[FixedDecimal]:
    """Whether decimals are rendered with the decimals of their column, and nothing else."""
    return isinstance(kind, FixedDecimal) and type(kind).render is FixedDecimal.render


def rendered_builtins(field: FieldModel) -> Conversion | None:
    """The conversion by the renderer of the field's type, if that returns JSON's values."""
    if type(field.type).render not in _RENDERED_BUILTINS:
        return None
    return called(lambda value: field.type.render(value, field))


def encodable(
    names: Sequence[str], stored: Mapping[str, Any], fields: Mapping[str, FieldModel]
) -> dict[str, Any]:
    """The named fields of one record in stored form, as msgspec encodes them for a response."""
    return {name: _rendered(fields[name], stored[name]) for name in names}
