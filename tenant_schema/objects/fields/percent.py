"""``percent``: a share of a hundred."""

from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.fields.protocol import FieldSpec

__all__ = ["PercentType"]


class PercentType(FixedDecimal):
    """A percentage, where ``12.5`` means 12.5 %: up to 99,999.99, since growth may well pass a hundred."""

    name = "percent"
    label = "Percent"

    def digits(self, _field: FieldSpec) -> tuple[int, int]:
        return 7, 2
