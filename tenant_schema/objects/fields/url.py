"""``url``: one web address."""

import re
from urllib.parse import urlsplit

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, JsonSchema
from tenant_schema.objects.fields.short_text import ShortText

__all__ = ["UrlType"]

_SHAPE = re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"\\^`{|}]+", re.IGNORECASE)


class UrlType(ShortText):
    """An absolute ``http`` or ``https`` address, kept as it was given.

    Other schemes are refused: some run code when they are clicked.
    """

    name = "url"
    label = "URL"
    longest = 1000

    def parse(self, value: object, field: FieldSpec) -> str:
        text = super().parse(value, field)
        if _SHAPE.fullmatch(text) is None or not _has_host(text):
            raise InvalidValue("not-a-url", "must be a web address such as https://example.com/")
        return text

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {**super().json_schema(field), "format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://"}

    def example(self, _field: FieldSpec) -> str:
        return "https://example.com/"


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # an unclosed IPv6 bracket, a port that is no number
        return False
