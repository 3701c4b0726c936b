"""``time``: a time of day without a time zone."""

import datetime as dt
import re

from piccolo.columns import Column, Time

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)

__all__ = ["TimeType"]

_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
_SHAPE = re.compile(_PATTERN)


class TimeType(FieldType):
    """A time without an offset (``09:30`` or ``09:30:15.25``), to the microsecond."""

    name = "time"
    label = "Time"
    operators = EQUALITY | ORDERING

    def column(self, field: FieldSpec) -> Column:
        return Time(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> dt.time:
        if not isinstance(value, str) or _SHAPE.fullmatch(value) is None:
            raise InvalidValue("not-a-time", "must be a time such as 09:30 or 09:30:15")
        return dt.time.fromisoformat(value)

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> dt.time:
        return self.parse(text, field)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": _PATTERN}

    def example(self, _field: FieldSpec) -> str:
        return "09:30:00"
