"""``phone``: one telephone number."""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, JsonSchema
from tenant_schema.objects.fields.short_text import ShortText

__all__ = ["PhoneType"]

_PATTERN = r"^\+?(?:[ ()./-]{0,3}[0-9]){3,15}[ )]{0,3}(?:(?:x|ext\.?|#) ?[0-9]{1,6})?$"
_NUMBER = re.compile(_PATTERN)
_VERBATIM = re.compile(rf"(?=.{{1,40}}\Z){_PATTERN}")
_MARKS = re.compile("[ ()./-]")
_EXTENSION = re.compile("ext|#")


class PhoneType(ShortText):
    """A telephone number: 3 to 15 digits (E.164), the usual separators, and an optional extension.

    Stored unchanged, to keep the grouping. Numbers with the same digits are equal (RFC 3966, 5):
    ``+49 30 123456`` and ``+49 (30) 12-34-56``.
    """

    name = "phone"
    label = "Phone"
    longest = 40
    comparisons = MappingProxyType({one: f"{one}_number" for one in ("eq", "ne", "in", "nin")})

    def parse(self, value: object, field: FieldSpec) -> str:
        text = super().parse(value, field)
        if _NUMBER.fullmatch(text) is None:
            raise InvalidValue("not-a-phone-number", "must be a telephone number such as +49 30 123456")
        return text

    def verbatim(self, _field: FieldSpec) -> Callable[[str], object]:
        return _VERBATIM.fullmatch

    def comparable(self, value: Any) -> str:
        """Return the digits, with the leading ``+`` and an ``x`` before the extension."""
        return _EXTENSION.sub("x", _MARKS.sub("", value))

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {**super().json_schema(field), "pattern": _PATTERN}

    def example(self, _field: FieldSpec) -> str:
        return "+49 30 123456"
