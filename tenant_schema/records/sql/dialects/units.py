"""Decimals as whole numbers of their smallest units."""

from decimal import Context, Decimal
from typing import Final

__all__ = ["units_of"]

_EXACT: Final = Context(prec=80)


def units_of(number: Decimal | int, scale: int) -> int:
    """The number in units of ``10**-scale``, exact up to 80 digits.

    >>> units_of(Decimal("12.5"), 2)
    1250
    """
    return int(_EXACT.scaleb(Decimal(number), scale))
