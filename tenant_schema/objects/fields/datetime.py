"""``datetime``: a moment."""

import datetime as dt
import re

from piccolo.columns import Column, Timestamptz

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.date import EARLIEST_YEAR, OPERAND, RELATIVE, DateType
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)

__all__ = ["DatetimeType"]

_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
_SHAPE = re.compile(_CLOCK + r"(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?")
_LOST_PLUS = re.compile(rf"({_CLOCK}) ([0-9]{{2}}:[0-9]{{2}})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DatetimeType(FieldType):
    """RFC 3339's date-time with its offset, kept in UTC to the microsecond, from the year 1000 on."""

    name = "datetime"
    label = "Date and time"
    operators = EQUALITY | ORDERING

    def column(self, field: FieldSpec) -> Column:
        return Timestamptz(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> dt.datetime:
        found = _SHAPE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise InvalidValue("not-a-datetime", "must be a date and time such as 2026-02-28T12:30:00Z")
        if found["offset"] is None:
            raise InvalidValue("offset-missing", "must end in Z or in an offset such as +02:00")
        return _moment(found[0].upper())

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> dt.datetime:
        """As in JSON; a day alone is its first moment in UTC, and a ``+`` that a URL made a space counts."""
        if _DAY.fullmatch(text):
            text = f"{text}T00:00:00Z"
        return self.parse(_LOST_PLUS.sub(r"\1+\2", text), field)

    def parse_day(self, value: object, field: FieldSpec) -> dt.date | None:
        if not isinstance(value, str) or _DAY.fullmatch(value) is None:
            return None
        return DateType().parse(value, field)

    def operand_schema(self, _field: FieldSpec) -> JsonSchema:
        description = f"A date-time, the date of a day, or {RELATIVE}"
        return {"type": "string", "pattern": OPERAND, "description": description}

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "date-time", "pattern": "^[1-9]"}

    def example(self, _field: FieldSpec) -> str:
        return "2026-02-28T12:30:00Z"


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValue("not-a-datetime", "must be a moment that calendar and clock have") from error
    if moment.year < EARLIEST_YEAR:
        raise InvalidValue("out-of-range", f"must not be before the year {EARLIEST_YEAR}")
    return moment
