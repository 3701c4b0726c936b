"""Unicode's composed form (NFC) in time that grows with the text alone."""

import unicodedata
from typing import Final

__all__ = ["MOST_MARKS", "TooManyMarks", "composed"]

MOST_MARKS: Final = 128
"""Combining marks in a row. Unicode's Stream-Safe Text Format has 30 (UAX 15, section 13)."""
_STRIDE: Final = MOST_MARKS // 2


class TooManyMarks(ValueError):
    """More combining marks in a row than any language writes: putting them in order takes quadratic time."""

    def __init__(self) -> None:
        super().__init__(f"must not have more than {MOST_MARKS} combining marks in a row")


def composed(text: str) -> str:
    """The text in Unicode's composed form. Raises :class:`TooManyMarks`.

    >>> composed("e\\u0301") == "\\xe9"
    True
    """
    if text.isascii():
        return text
    for at in range(_STRIDE - 1, len(text), _STRIDE):  # a row that is too long has two of these places
        if unicodedata.combining(text[at]) and _row(text, at) > MOST_MARKS:
            raise TooManyMarks
    return unicodedata.normalize("NFC", text)


def _row(text: str, at: int) -> int:
    """How many marks stand in a row around a place, counted to one more than there may be."""
    first = last = at
    while first > 0 and at - first <= MOST_MARKS and unicodedata.combining(text[first - 1]):
        first -= 1
    while last + 1 < len(text) and last - first <= MOST_MARKS and unicodedata.combining(text[last + 1]):
        last += 1
    return last - first + 1
