"""Text as it is kept: whole Unicode characters, composed (NFC), without NUL."""

import re
from typing import Final

from piccolo_engines.composing import TooManyMarks, composed
from tenant_schema.objects.errors import InvalidValue

__all__ = ["clean_text"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean_text(value: object) -> str:
    """The text, NFC normalised. Raises :class:`InvalidValue` for what no database is sure to keep.

    NUL ends a string in too many places, and half a surrogate pair has no UTF-8.
    """
    if not isinstance(value, str):
        raise InvalidValue("not-text", "must be text")
    if "\x00" in value:
        raise InvalidValue("nul-character", "must not hold the NUL character")
    if value.isascii():
        return value
    if _SURROGATE.search(value) is not None:
        raise InvalidValue("invalid-unicode", "holds half of a surrogate pair")
    try:
        return composed(value)
    except TooManyMarks as error:
        raise InvalidValue("too-many-marks", str(error)) from error
