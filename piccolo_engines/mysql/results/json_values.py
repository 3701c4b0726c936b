"""How values of a result become JSON's, without objects in between where the driver gives what is needed."""

from typing import Any, Final

from asyncmy.constants import FIELD_TYPE, FLAG

from piccolo_engines.conversions import BOOLEAN, ID, SAME, TEXT_OF, UNIQUE_ID, UTC_MOMENT, Conversion
from piccolo_engines.mysql.results.values import BINARY_CHARSET, Converter, aware, to_uuid, unchanged

__all__ = ["decimal_conversion", "json_conversion"]

_NUMBERS: Final = frozenset(
    (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG)
)
_TEXTS: Final = frozenset(
    (
        *(FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.BLOB),
        *(FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB),
    )
)
_PRIMARY_KEY: Final = FLAG.PRI_KEY
_MOST_DECIMALS = 6
"""``str`` shows a zero of more decimals with an exponent."""


def json_conversion(field: Any, convert: Converter | None) -> Conversion | None:
    """Return the conversion of a result column's values to JSON; None if it takes a function.

    :param field: the driver's description of the column.
    :param convert: the function to the Piccolo column's type, as ``converter_of`` returns it.
    """
    if convert is not None:
        ids = UNIQUE_ID if field.flags & _PRIMARY_KEY else ID
        return {aware: UTC_MOMENT, bool: BOOLEAN, to_uuid: ids}.get(convert)
    code = field.type_code
    if code in _NUMBERS or (code in _TEXTS and field.charsetnr != BINARY_CHARSET):
        return SAME
    return TEXT_OF if code == FIELD_TYPE.DATE else None


def decimal_conversion(field: Any, convert: Converter | None, scale: int) -> Conversion | None:
    """Return the conversion of decimals to texts with ``scale`` decimals; None if it takes a function."""
    is_as_stored = field.type_code == FIELD_TYPE.NEWDECIMAL and convert in {None, unchanged}
    return TEXT_OF if is_as_stored and field.scale == scale <= _MOST_DECIMALS else None
