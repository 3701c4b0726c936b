"""The base of short texts: one line, with a maximum length and all comparisons."""

from typing import ClassVar

from piccolo.columns import Column

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    MATCHING,
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
    """Text of at most ``longest`` characters (Unicode code points, composed)."""

    operators = OPERATORS
    collated = True
    longest: ClassVar[int]

    def max_length(self, field: FieldSpec) -> int:  # noqa: ARG002 - for types that let a field choose
        """Return the maximum number of characters."""
        return self.longest

    def indexable(self, field: FieldSpec) -> bool:
        """An index of InnoDB takes 3,072 bytes, and a character up to four."""
        return self.max_length(field) <= _LONGEST_INDEXED

    def kept_length(self, field: FieldSpec) -> int | None:
        return self.max_length(field)

    def column(self, field: FieldSpec) -> Column:
        return text_column(self.max_length(field), field)

    def parse(self, value: object, field: FieldSpec) -> str:
        longest = self.max_length(field)
        if type(value) is str and value.isascii() and len(value) <= longest and "\x00" not in value:
            return value  # most texts, at half the cost
        text = clean_text(value, longest)
        if len(text) > longest:
            raise InvalidValue("too-long", f"must be at most {longest:,} characters, not {len(text):,}")
        return text

    def is_missing(self, value: object) -> bool:
        """Whether the text is empty or blank."""
        return isinstance(value, str) and not value.strip()

    def canonical_part(self, text: str, operator: str) -> str:  # noqa: ARG002 - for types that have one
        """Return a part of a value in the form in which values are stored."""
        return text

    def parse_text(self, text: str, field: FieldSpec, operator: str = "eq") -> str:
        """Accept any text, such as a part of an e-mail address; a whole one is made canonical."""
        return self.parse_operand(text, field, operator)

    def parse_operand(self, value: object, field: FieldSpec, operator: str = "eq") -> str:
        text = clean_text(value)
        if operator not in MATCHING:
            try:
                return self.parse(text, field)
            except InvalidValue:
                pass
        return self.canonical_part(text, operator)

    def parse_key(self, text: str, field: FieldSpec) -> str:
        return self.parse(text, field)

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "maxLength": self.max_length(field)}

    def operand_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string"}

    def example(self, field: FieldSpec) -> str:
        return "Some text"[: self.max_length(field)]
