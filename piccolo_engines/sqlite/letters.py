"""Lower case for all alphabets. SQLite's own ``LOWER`` converts only A to Z."""

from typing import Final

__all__ = ["SMALL_LETTERS", "small_letters"]

SMALL_LETTERS: Final = "SMALL_LETTERS"
"""The name of the SQL function."""


def small_letters(text: str | None) -> str | None:
    """Return the text in lower case, letter by letter, as MySQL's ``LOWER`` does.

    >>> small_letters("ÀΣ İ")
    'àσ i'
    """
    return text.replace("\u03a3", "\u03c3").replace("İ", "i").lower() if isinstance(text, str) else text
