"""Normalises text to Unicode's composed form (NFC) in linear time."""

import unicodedata
from typing import Final

__all__ = ["MOST_MARKS", "TooManyMarks", "composed"]

MOST_MARKS: Final = 128
"""The maximum number of consecutive combining marks.

Unicode's Stream-Safe Text Format has 30 (UAX 15, section 13).
"""
_STRIDE: Final = MOST_MARKS // 2


class TooManyMarks(ValueError):
    """A text has more consecutive combining marks than any language uses.

    Ordering them takes quadratic time.
    """

    def __init__(self) -> None:
        super().__init__(f"must not have more than {MOST_MARKS} combining marks in a row")


def composed(text: str) -> str:
    r"""Return the text in Unicode's composed form. Raises :class:`TooManyMarks`.

    >>> composed("e\\u0301") == "\\xe9"
    True
    """
    if text.isascii():
        return text
    for at in range(
        _STRIDE - 1, len(text), _STRIDE
    ):  # a sequence that is too long contains two of these positions
        if unicodedata.combining(text[at]) and _row(text, at) > MOST_MARKS:
            raise TooManyMarks
    return unicodedata.normalize("NFC", text)


def _row(text: str, at: int) -> int:
    """Count the consecutive marks around a position, up to one more than allowed."""
    first = last = at
    while first > 0 and at - first <= MOST_MARKS and unicodedata.combining(text[first - 1]):
        first -= 1
    while last + 1 < len(text) and last - first <= MOST_MARKS and unicodedata.combining(text[last + 1]):
        last += 1
    return last - first + 1
