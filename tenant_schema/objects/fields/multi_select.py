"""``multi_select``: any number of the options that the field defines."""

from collections.abc import Iterable
from typing import Any

import msgspec
from piccolo.columns import Column, Text

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, JsonSchema, column_options
from tenant_schema.objects.fields.select import SelectType, archived_values, option_of, option_values

__all__ = ["MultiSelectType"]


class MultiSelectType(SelectType):
    """A list of options, each at most once, stored as JSON text: ``["tech","health"]``.

    A filter for records with an option searches the option with its quotes: ``contains`` compares with
    ``"tech"``, which occurs in the text exactly if the option is in the list, since options contain no
    quotes.
    """

    name = "multi_select"
    label = "Choices"
    operators = frozenset({"contains", "null"})
    sortable = False
    plain = False

    def indexable(self, _field: FieldSpec) -> bool:
        return False

    def kept_length(self, _field: FieldSpec) -> None:
        return None

    def column(self, field: FieldSpec) -> Column:
        return Text(default=None, **column_options(field))

    def parse(self, value: object, field: FieldSpec) -> str:
        if not isinstance(value, list):
            raise InvalidValue("not-a-list", "must be a list of options")
        most = len(field.settings["options"])  # one more is another value, or one of them again
        options = [option_of(item, field) for item in value[: most + 1]]
        if len(set(options)) < len(options):
            raise InvalidValue("duplicate-option", "must not hold an option twice")
        return msgspec.json.encode(options).decode()

    def is_missing(self, value: object) -> bool:
        """Whether the list is empty."""
        return value == []

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "contains") -> str:
        return f'"{option_of(text, field)}"'

    def parse_operand(self, value: object, field: FieldSpec, _operator: str = "contains") -> str:
        return f'"{option_of(value, field)}"'

    def render(self, value: Any, _field: FieldSpec) -> object:
        return msgspec.json.decode(value)

    def chosen(self, value: str) -> Iterable[str]:
        """The options in a stored value."""
        options: list[str] = msgspec.json.decode(value, type=list[str])
        return options

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "array",
            "items": {"type": "string", "enum": option_values(field)},
            "uniqueItems": True,
        }

    def operand_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "enum": option_values(field)}

    def example(self, field: FieldSpec) -> object:
        archived = archived_values(field)
        return [value for value in option_values(field) if value not in archived][:2]
