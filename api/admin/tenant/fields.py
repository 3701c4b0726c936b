"""A tenant's fields as columns of its admin: widget, choices, lookup."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from api.admin.columns import Column
from tenant_schema.objects.fields.fixed_decimal import PLAIN_DIGITS
from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.objects.model.model import FieldModel

__all__ = ["column_of_field"]

_Attributes = Mapping[str, Any]


def _same(**attributes: Any) -> Callable[[FieldModel], _Attributes]:
    return lambda _field: attributes


def _choices(field: FieldModel) -> _Attributes:
    return {"choices": {one["value"]: one["label"] for one in field.settings["options"]}}


def _several(field: FieldModel) -> _Attributes:
    return {"type": "array", "filterable": False, "sortable": False, **_choices(field)}


_KINDS: Final[Mapping[str, Callable[[FieldModel], _Attributes]]] = {
    "text": lambda field: {"max_length": field.settings["maxLength"]},
    "long_text": _same(widget="text-area", listed=False),
    "integer": _same(type="integer"),
    "decimal": lambda field: (
        {"type": "number"} if field.settings["precision"] <= PLAIN_DIGITS else {"format": "decimal"}
    ),
    "currency": _same(type="number"),
    "percent": _same(type="number"),
    "boolean": _same(type="boolean"),
    "date": _same(format="date"),
    "datetime": _same(format="date-time", widget="timestamptz"),
    "time": _same(format="time"),
    "select": _choices,
    "multi_select": _several,
    "lookup": _same(format="uuid"),
    "id": _same(format="uuid"),
    "json": _same(widget="json", listed=False, filterable=False, sortable=False),
}
"""All other types are a line of text."""


def column_of_field(field: FieldModel, *, to: str | None, is_writable: bool, listed: bool) -> Column:
    """Return the column of a field.

    :param to: the admin's table that a lookup refers to; None if the user has none.
    :param listed: whether it is in the list, if its type is suitable for lists.
    """
    attributes = dict(_KINDS.get(kind_of(field.type), _same())(field))
    attributes["listed"] = listed and attributes.get("listed", True)
    attributes["sortable"] = field.type.sortable and attributes.get("sortable", True)
    return Column(
        name=field.name,
        title=field.label or field.name,
        to=to,
        help_text=field.description or None,
        required=field.required and not field.system,
        unique=field.unique,
        read_only=not is_writable,
        default=field.default if attributes.get("widget") != "json" else None,
        **attributes,
    )
