"""Small letters of all alphabets: SQLite's own ``LOWER`` knows those from A to Z."""

from typing import Final

__all__ = ["SMALL_LETTERS", "small_letters"]

SMALL_LETTERS: Final = "SMALL_LETTERS"
"""The SQL function that every connection has."""


def small_letters(text: str | None) -> str | None:
    """The text in small letters, each for itself, as MySQL's ``LOWER`` has them.

    >>> small_letters("ÀΣ İ")
    'àσ i'
    """
    return text.replace("\u03a3", "\u03c3").replace("İ", "i").lower() if isinstance(text, str) else text
