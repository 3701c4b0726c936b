"""Splits texts into words like SQLite's search, and encodes them for MySQL's FULLTEXT index.

Words are those of FTS5's tokenizer (:data:`tenant_schema.objects.model.search_index.TOKENIZER`): runs of
letters and digits in lower case, Latin letters without accents. A search therefore finds the same records on
SQLite, MariaDB and MySQL.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.search_index import source_of, words_table

__all__ = [
    "forgetting_words",
    "indexed_text",
    "indexed_word",
    "words_in",
    "words_row",
    "writing_words",
]

_LONGEST: Final = 82
"""Characters of a word that count: with its prefix it is as long as FULLTEXT takes words."""
_PREFIX: Final = "zz"
"""What makes every word of a search table long enough for FULLTEXT, and none too common for it."""
_BEFORE_WORD: Final = f" {_PREFIX}"
_ACCENTS = "\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331"
_ACCENT: Final = re.compile(f"[{_ACCENTS}]")
"""The combining marks that FTS5 takes as accents; others part words."""


class _Folds(dict[int, str]):
    """The folded form of each character, computed on first use."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def _fold(character: str) -> str:
    if _ACCENT.match(character):
        return ""
    if unicodedata.category(character)[0] not in "LN":
        return " "
    folded = character.casefold() if len(character.casefold()) == 1 else character.lower()
    base = unicodedata.normalize("NFD", folded)[0]
    return base if base.isascii() else folded[0]


class _Forms(dict[int, str]):
    """The form of each character in a search table: FULLTEXT does not treat all letters as letters."""

    def __missing__(self, code: int) -> str:
        is_old = code <= 0xFFFF and unicodedata.ucd_3_2_0.category(chr(code)) in _TAKEN
        form = self[code] = chr(code) if is_old else f"_{code:06x}"
        return form


class _IndexedForms(dict[int, str]):
    """The form in a search table of each character of a text: both of the above at once."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDS[code]
        form = self[code] = folded if folded == " " else folded.translate(_FORMS)
        return form


_TAKEN: Final = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No"})
_FOLDS: Final = _Folds()
_FORMS: Final = _Forms()
_INDEXED_FORMS: Final = _IndexedForms()
_ASCII_FORMS: Final = bytes(ord(_FOLDS[code]) for code in range(128)).ljust(256)
"""The folded characters of ASCII, as a table for ``bytes.translate``, which takes a tenth of the time."""


def words_in(text: str) -> list[str]:
    """Return the words of the text, in order.

    >>> words_in("O'Brien & Müller, ŁÓDŹ")
    ['o', 'brien', 'muller', 'łodz']
    """
    return text.translate(_FOLDS).split()


def indexed_word(word: str) -> str:
    """Return a word as a search table stores it.

    >>> indexed_word("de")
    'zzde'
    """
    form = word if word.isascii() else word.translate(_FORMS)
    return _PREFIX + form[:_LONGEST]


def indexed_text(text: str | None) -> str:
    """Return a text as a search table stores it: its words in order, each after a space.

    >>> indexed_text("Tel Aviv (IL)")
    ' zztel zzaviv zzil'
    """
    if not text:
        return ""
    if text.isascii():
        forms = text.encode().translate(_ASCII_FORMS).decode()
    else:
        forms = text.translate(_INDEXED_FORMS)
    words = forms.split()
    if len(forms) > _LONGEST:
        words = [word[:_LONGEST] for word in words]
    return _BEFORE_WORD + _BEFORE_WORD.join(words) if words else ""


def words_row(record: object, texts: Sequence[str | None]) -> list[object]:
    """Return the row of a record in the table of words. ``texts`` are in the order of its columns."""
    return [record, source_of(texts), *map(indexed_text, texts)]


def writing_words(table_name: str, columns: Sequence[str], rows: int) -> str:
    """The statement that inserts so many rows of :func:`words_row` into the table of words."""
    names = ", ".join(map(quote, ("id", "source", *columns)))
    places = f"({', '.join(['{}'] * (len(columns) + 2))})"
    table = quote(words_table(table_name, columns))
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([places] * rows)}"  # noqa: S608 - quoted


def forgetting_words(table_name: str, columns: Sequence[str], rows: int) -> str:
    """The statement that deletes the rows of so many records, before others are inserted.

    ``REPLACE`` and ``UPDATE`` are not used: after those, MySQL 9 has only the last row of a statement in the
    index.
    """
    table = quote(words_table(table_name, columns))
    return f'DELETE FROM {table} WHERE "id" IN ({", ".join(["{}"] * rows)})'  # noqa: S608 - quoted
