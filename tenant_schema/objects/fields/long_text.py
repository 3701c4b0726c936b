"""``long_text``: text of several lines, which cannot be sorted by or indexed."""

from collections.abc import Mapping

from piccolo.columns import Column, Text

from tenant_schema.objects.fields.protocol import MATCHING, FieldSpec, column_options
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.objects.fields.text import TextType
from tenant_schema.problems import Problem

__all__ = ["LongTextType"]


class LongTextType(TextType):
    """Text of at most ``maxLength`` characters, stored outside the row.

    The maximum is what MySQL's TEXT (65,535 bytes) holds at four bytes a character.
    """

    name = "long_text"
    label = "Long text"
    operators = MATCHING | {"eq", "ne", "null"}
    sortable = False
    collated = False
    longest = 16_000

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        reader.integer("maxLength", default=self.longest, least=1, most=self.longest)
        return reader.finish()

    def indexable(self, _field: FieldSpec) -> bool:
        return False

    def kept_length(self, _field: FieldSpec) -> None:
        return None

    def column(self, field: FieldSpec) -> Column:
        return Text(default=None, **column_options(field))
