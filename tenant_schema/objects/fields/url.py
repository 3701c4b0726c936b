"""``url``: one web address."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, JsonSchema
from tenant_schema.objects.fields.short_text import ShortText

__all__ = ["UrlType"]

_SHAPE = re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"\\^`{|}]+", re.IGNORECASE)

_CANONICAL = re.compile(r"https?://[a-z0-9.-]+(?:[/?#][!#-;=?-\[\]_a-z~]*)?")
"""Most addresses: of ASCII characters that are allowed, with a plain host in lower case."""

_VERBATIM = re.compile(rf"(?=.{{1,1000}}\Z){_CANONICAL.pattern}")

_PLAIN_HOST = re.compile(r"https?://[a-z0-9.-]+(?:[/?#]|\Z)", re.IGNORECASE | re.ASCII)
"""Without user, port and brackets, nothing about the host can be wrong."""

_BEGINNING = re.compile(r"(?P<scheme>https?://)(?P<user>[^/?#@]*@)?(?P<host>[^/?#]*)", re.IGNORECASE)


class UrlType(ShortText):
    """An absolute ``http`` or ``https`` address. Its scheme and host are stored in lower case, which does not
    change its meaning (RFC 3986, 6.2.2.1); the rest unchanged.

    Other schemes are refused: some execute code when they are clicked.
    """

    name = "url"
    label = "URL"
    longest = 1000

    def parse(self, value: object, field: FieldSpec) -> str:
        text = super().parse(value, field)
        if _CANONICAL.fullmatch(text) is not None:
            return text
        if _SHAPE.fullmatch(text) is None or not (_PLAIN_HOST.match(text) or _has_host(text)):
            raise InvalidValue("not-a-url", "must be a web address such as https://example.com/")
        return super().parse(self.canonical_part(text, "eq"), field)

    def verbatim(self, _field: FieldSpec) -> Callable[[str], object]:
        return _VERBATIM.fullmatch

    def canonical_part(self, text: str, _operator: str) -> str:
        found = _BEGINNING.match(text)
        if found is None:
            return text
        return f"{found['scheme'].lower()}{found['user'] or ''}{found['host'].lower()}{text[found.end() :]}"

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {**super().json_schema(field), "format": "uri", "pattern": "^https?://"}

    def input_schema(self, field: FieldSpec) -> JsonSchema:
        return {**self.json_schema(field), "pattern": "^[hH][tT][tT][pP][sS]?://"}

    def example(self, _field: FieldSpec) -> str:
        return "https://example.com/"


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # an unclosed IPv6 bracket, a port that is no number
        return False
