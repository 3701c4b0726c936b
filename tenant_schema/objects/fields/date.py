"""``date``: a calendar date."""

import datetime as dt
import re

from piccolo.columns import Column, Date

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)

__all__ = ["EARLIEST_YEAR", "OPERAND", "RELATIVE", "DateType"]

EARLIEST_YEAR = 1000  # MySQL's
OPERAND = r"^[1-9$+-]"
RELATIVE = "one relative to today: `$today`, `-7d`, `$startOfMonth-1m`."
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DateType(FieldType):
    """RFC 3339's full-date (``2026-02-28``), from the year 1000 on."""

    name = "date"
    label = "Date"
    operators = EQUALITY | ORDERING

    def column(self, field: FieldSpec) -> Column:
        return Date(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> dt.date:
        if not isinstance(value, str) or _SHAPE.fullmatch(value) is None:
            raise InvalidValue("not-a-date", "must be a date such as 2026-02-28")
        try:
            day = dt.date.fromisoformat(value)
        except ValueError as error:
            raise InvalidValue("not-a-date", "must be a day that the calendar has") from error
        if day.year < EARLIEST_YEAR:
            raise InvalidValue("out-of-range", f"must not be before the year {EARLIEST_YEAR}")
        return day

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> dt.date:
        return self.parse(text, field)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "date", "pattern": "^[1-9]"}

    def operand_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": OPERAND, "description": f"A date, or {RELATIVE}"}

    def example(self, _field: FieldSpec) -> str:
        return "2026-02-28"
