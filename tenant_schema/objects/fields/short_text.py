"""What the short texts share: one line, a length, every way of comparing."""

from typing import ClassVar

from piccolo.columns import Column

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    OPERATORS,
    FieldSpec,
    FieldType,
    JsonSchema,
    text_column,
)
from tenant_schema.objects.fields.unicode import clean_text

__all__ = ["ShortText"]

_LONGEST_INDEXED = 768


class ShortText(FieldType):
    """Text of at most ``longest`` characters (Unicode code points, after composing)."""

    operators = OPERATORS
    longest: ClassVar[int]

    def max_length(self, field: FieldSpec) -> int:  # noqa: ARG002 - for types that let a field choose
        """How many characters fit."""
        return self.longest

    def indexable(self, field: FieldSpec) -> bool:
        """An index of InnoDB takes 3,072 bytes, and a character may take four."""
        return self.max_length(field) <= _LONGEST_INDEXED

    def kept_length(self, field: FieldSpec) -> int | None:
        return self.max_length(field)

    def column(self, field: FieldSpec) -> Column:
        return text_column(self.max_length(field), field)

    def parse(self, value: object, field: FieldSpec) -> str:
        text = clean_text(value)
        longest = self.max_length(field)
        if len(text) > longest:
            raise InvalidValue("too-long", f"must be at most {longest:,} characters, not {len(text):,}")
        return text

    def parse_text(self, text: str, _field: FieldSpec) -> str:
        """Any text: half an e-mail address is a fair thing to look for."""
        return clean_text(text)

    def parse_operand(self, value: object, _field: FieldSpec) -> str:
        return clean_text(value)

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "maxLength": self.max_length(field)}

    def operand_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string"}

    def example(self, field: FieldSpec) -> str:
        return "Some text"[: self.max_length(field)]
