"""Records in the form of responses.

All values are ready for JSON: text, numbers, booleans, lists and objects; ids, dates and times are text.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard

import msgspec

from piccolo_engines.conversions import Conversion, called
from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.fields.json import JsonType
from tenant_schema.objects.fields.multi_select import MultiSelectType
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.query.paths import Fields

__all__ = ["RecordForm", "has_fixed_decimals", "known", "rendered_builtins", "shown"]

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


class RecordForm:
    """What records in stored form become for a response.

    :param fields: the fields that are shown, in their order.
    """

    __slots__ = ("_names", "_rendered")

    def __init__(self, fields: Iterable[FieldModel]) -> None:
        shown = tuple(fields)
        self._names = tuple([one.name for one in shown])
        self._rendered = tuple([(one.name, one.type.render, one) for one in shown if not one.type.plain])

    def encodable(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return one record as msgspec encodes it."""
        record = {name: stored[name] for name in self._names}
        for name, render, field in self._rendered:
            if record[name] is not None:
                record[name] = render(record[name], field)
        return record
