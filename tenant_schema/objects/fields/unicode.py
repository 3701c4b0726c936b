"""Text as it is kept: whole Unicode characters, composed (NFC), without NUL."""

import unicodedata

from tenant_schema.objects.errors import InvalidValue

__all__ = ["clean_text"]


def clean_text(value: object) -> str:
    """The text, NFC normalised. Raises :class:`InvalidValue` for what no database is sure to keep.

    NUL ends a string in too many places, and half a surrogate pair has no UTF-8.
    """
    if not isinstance(value, str):
        raise InvalidValue("not-text", "must be text")
    if "\x00" in value:
        raise InvalidValue("nul-character", "must not hold the NUL character")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValue("invalid-unicode", "holds half of a surrogate pair")
    return unicodedata.normalize("NFC", value)
