"""``currency``: an amount of money with two decimals."""

from tenant_schema.objects.fields.fixed_decimal import PLAIN_DIGITS, FixedDecimal
from tenant_schema.objects.fields.protocol import FieldSpec

__all__ = ["CurrencyType"]


class CurrencyType(FixedDecimal):
    """An amount in the tenant's currency: 13 digits before the point, two after it."""

    name = "currency"
    label = "Currency"

    def digits(self, _field: FieldSpec) -> tuple[int, int]:
        return PLAIN_DIGITS, 2
