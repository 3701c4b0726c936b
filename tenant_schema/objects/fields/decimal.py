"""``decimal``: a number with a fixed number of digits and decimals."""

from collections.abc import Mapping

from tenant_schema.objects.fields.fixed_decimal import MOST_DECIMALS, MOST_DIGITS, PLAIN_DIGITS, FixedDecimal
from tenant_schema.objects.fields.protocol import FieldSpec
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.problems import Problem

__all__ = ["DecimalType"]


class DecimalType(FixedDecimal):
    """At most ``precision`` digits (default 15, maximum 38), ``scale`` of them decimals (default 2)."""

    name = "decimal"
    label = "Decimal"

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        precision = reader.integer("precision", default=PLAIN_DIGITS, least=1, most=MOST_DIGITS)
        reader.integer("scale", default=min(2, precision), least=0, most=min(precision, MOST_DECIMALS))
        return reader.finish()

    def digits(self, field: FieldSpec) -> tuple[int, int]:
        return field.settings["precision"], field.settings["scale"]
