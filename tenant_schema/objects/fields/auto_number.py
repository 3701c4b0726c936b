"""``auto_number``: a number that each record gets once, in a readable format."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.number_format import LONGEST_NUMBER, NumberFormat
from tenant_schema.objects.fields.protocol import FieldSpec
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.objects.fields.short_text import ShortText
from tenant_schema.problems import Problem

__all__ = ["AutoNumberType", "number_format"]

_EXAMPLE_DAY = dt.date(2026, 2, 28)
_FORMAT = "{0000}"
_HIGHEST_START = 10**15


class AutoNumberType(ShortText):
    """A text such as ``INV-0042`` in the field's ``format``, counted from ``start`` (default 1).

    See :mod:`tenant_schema.objects.fields.number_format` for formats and
    :mod:`tenant_schema.objects.model.auto_numbers` for counters. Values are compared and sorted as texts;
    with enough zeros in the format, that is the order of the numbers.
    """

    name = "auto_number"
    label = "Automatic number"
    generated = True
    longest = LONGEST_NUMBER

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        given = reader.given("format")
        text = _FORMAT if given is None else given
        try:
            NumberFormat.read(text)
        except InvalidValue as error:
            reader.refuse("format", error.code, error.message)
        else:
            reader.keep("format", text)
        reader.integer("start", default=1, least=0, most=_HIGHEST_START)
        return reader.finish()

    def example(self, field: FieldSpec) -> str:
        return number_format(field).text(42, _EXAMPLE_DAY)


def number_format(field: FieldSpec) -> NumberFormat:
    """Return the format of the field."""
    return _read(field.settings["format"])


_read = lru_cache(maxsize=1024)(NumberFormat.read)
