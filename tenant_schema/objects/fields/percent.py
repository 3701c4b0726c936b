"""``percent``: a percentage."""

from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.fields.protocol import FieldSpec

__all__ = ["PercentType"]


class PercentType(FixedDecimal):
    """A percentage, where ``12.5`` means 12.5 %. The maximum is 99,999.99, since growth may exceed 100 %."""

    name = "percent"
    label = "Percent"

    def digits(self, _field: FieldSpec) -> tuple[int, int]:
        return 7, 2
