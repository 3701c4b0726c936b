"""``text``: a line of text."""

from collections.abc import Mapping

from tenant_schema.objects.fields.protocol import FieldSpec
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.objects.fields.short_text import ShortText
from tenant_schema.problems import Problem

__all__ = ["TextType"]


class TextType(ShortText):
    """Text of at most ``maxLength`` characters (default 255)."""

    name = "text"
    label = "Text"
    longest = 2000

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        reader.integer("maxLength", default=255, least=1, most=self.longest)
        return reader.finish()

    def max_length(self, field: FieldSpec) -> int:
        length: int = field.settings["maxLength"]
        return length
