"""Normalises text: valid Unicode, composed (NFC), without NUL."""

from typing import Final

from piccolo_engines.composing import TooManyMarks, composed
from tenant_schema.objects.errors import InvalidValue

__all__ = ["clean_text"]


_MOST_DECOMPOSED: Final = 4
"""Characters that compose to one, at most."""


def clean_text(value: object, longest: int | None = None) -> str:
    """Return the text in NFC. Raises :class:`InvalidValue` for text that not every database can store.

    NUL ends strings in many places, and half a surrogate pair cannot be encoded in UTF-8.

    :param longest: characters that the caller accepts. A text that would be longer in any form is returned
        unchanged, without the work of composing it.
    """
    if not isinstance(value, str):
        raise InvalidValue("not-text", "must be text")
    if "\x00" in value:
        raise InvalidValue("nul-character", "must not hold the NUL character")
    if value.isascii():
        return value
    try:
        value.encode()  # in half the time of a search for surrogates
    except UnicodeEncodeError as error:
        raise InvalidValue("invalid-unicode", "holds half of a surrogate pair") from error
    if longest is not None and len(value) > _MOST_DECOMPOSED * longest:
        return value
    try:
        return composed(value)
    except TooManyMarks as error:
        raise InvalidValue("too-many-marks", str(error)) from error
