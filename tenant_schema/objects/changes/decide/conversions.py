"""The types that a field's type may be changed to: those that hold every value it can have, or has."""

from collections.abc import Mapping

from tenant_schema.objects.errors import ConversionRefused

__all__ = ["CONVERSIONS", "check_conversion"]

CONVERSIONS: Mapping[str, tuple[str, ...]] = {
    "text": ("long_text", "select"),
    "long_text": ("text",),
    "email": ("text", "long_text"),
    "url": ("text", "long_text"),
    "phone": ("text", "long_text"),
    "select": ("text", "long_text"),
    "integer": ("decimal", "currency"),
    "decimal": ("currency",),
    "currency": ("decimal",),
    "percent": ("decimal",),
    "date": ("datetime",),
}
"""From each type to which others. Values that would not fit refuse the change (a text that is no option)."""


def check_conversion(one: str, other: str) -> None:
    """Raise :class:`ConversionRefused` unless a field of the one type can be converted into the other."""
    allowed = CONVERSIONS.get(one, ())
    if one != other and other not in allowed:
        raise ConversionRefused(one, other, allowed)
