"""``text``: a line of text."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

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

    def verbatim(self, field: FieldSpec) -> Callable[[str], object]:
        return _ascii(self.max_length(field)).fullmatch


@lru_cache
def _ascii(length: int) -> re.Pattern[str]:
    """The pattern of texts in ASCII, without NUL, that are not blank."""
    return re.compile(rf"(?=\s*\S)[\x01-\x7f]{{1,{length}}}")
