"""The base of ``decimal``, ``currency`` and ``percent``: exact numbers with a fixed number of decimals."""

import math
import re
from abc import abstractmethod
from decimal import Context, Decimal
from typing import Any

from piccolo.columns import Column, Numeric

from piccolo_engines.columns import ExactNumeric
from piccolo_engines.sqlite.exact_decimals import ExactDecimal, decimal_of
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)

__all__ = ["MOST_DECIMALS", "MOST_DIGITS", "PLAIN_DIGITS", "FixedDecimal"]

MOST_DIGITS = 38
"""Digits of a decimal: sums of them fit into the 65 that MySQL and MariaDB have."""
MOST_DECIMALS = 30
"""Digits of a decimal behind the point, which is as many as MySQL has."""
PLAIN_DIGITS = 15
"""Digits up to which SQLite keeps decimals as doubles, which are exact so far; it keeps others as texts."""
_EXACT = Context(prec=2 * MOST_DIGITS + 60)
_UNITS = [Decimal(1).scaleb(-scale) for scale in range(MOST_DECIMALS + 1)]
"""The last digit of decimals with so many of them."""
_PLAIN = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")


class FixedDecimal(FieldType):
    """A decimal number, given as a string, which is exact, or as a JSON number.

    Of a JSON number 15 significant digits count, so that 0.1 + 0.2 is 0.3. Nothing else is rounded: too many
    digits are an error. Rendered as a string with all its decimals.
    """

    operators = EQUALITY | ORDERING
    plain = False

    @abstractmethod
    def digits(self, _field: FieldSpec) -> tuple[int, int]:
        """Return the number of digits, and how many of them are decimals."""

    def column(self, field: FieldSpec) -> Column:
        digits = self.digits(field)
        kind = Numeric if digits[0] <= PLAIN_DIGITS else ExactNumeric
        return kind(digits=digits, default=None, **column_options(field))

    def parse(self, value: object, field: FieldSpec) -> Decimal:
        precision, scale = self.digits(field)
        fitted = _fitted(_number(value), precision, scale)
        return fitted if precision <= PLAIN_DIGITS else ExactDecimal(fitted)

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> Decimal:
        return self.parse(text, field)

    def render(self, value: Any, field: FieldSpec) -> str:
        number = decimal_of(value) if isinstance(value, str) else value
        return f"{number:.{self.digits(field)[1]}f}"

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        precision, scale = self.digits(field)
        decimals = rf"\.[0-9]{{{scale}}}" if scale else ""
        return {"type": "string", "pattern": f"^-?{_whole(precision - scale)}{decimals}$"}

    def input_schema(self, field: FieldSpec) -> JsonSchema:
        precision, scale = self.digits(field)
        decimals = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
        return {"type": "string", "pattern": f"^[+-]?{_whole(precision - scale)}{decimals}$"}

    def example(self, field: FieldSpec) -> str:
        precision, scale = self.digits(field)
        return self.render(Decimal(12 if precision - scale > 1 else min(precision - scale, 1)), field)


def _whole(digits: int) -> str:
    return f"[0-9]{{1,{digits}}}" if digits else "0"


def _number(value: object) -> Decimal:
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(f"{value:.{PLAIN_DIGITS}g}")
    raise InvalidValue("not-a-decimal", "must be a decimal number, best given as a string such as '12.50'")


def _fitted(number: Decimal, precision: int, scale: int) -> Decimal:
    if number and number.adjusted() >= precision - scale:
        raise InvalidValue(
            "too-many-digits", f"must have at most {precision - scale} digits before the point"
        )
    fitted = number.quantize(_UNITS[scale], context=_EXACT)
    if number != fitted:
        raise InvalidValue("too-many-decimals", f"must have at most {scale} decimals")
    return fitted if fitted else fitted.copy_abs()  # there is no -0
