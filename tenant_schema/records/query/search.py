"""``search``: from what somebody typed to what a full-text index is asked.

Every word must be in one of the object's searched fields, as the beginning of a word there; what is typed
without spaces (``o'brien``, ``ada@acme.example``) is words that follow one another. What was typed is taken
apart here and never reaches a database's search grammar as it is: on SQLite a word goes between quotes, on
MySQL it is made of letters and digits.

MySQL's index cannot be told in which fields to look, nor what is to follow what: the words that it has found
are looked at for that.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.search_index import (
    search_columns,
    search_columns_of,
    search_ids_table,
    search_table,
)
from tenant_schema.objects.model.search_words import indexed_word, words_in
from tenant_schema.problems import Problem
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.model import NOTHING, Filter, Indexed

__all__ = ["is_searched", "search_filter", "words_of"]

_WORD: Final = re.compile(r"[^\W_]")


def words_of(text: str) -> tuple[str, ...]:
    """What was typed, at its spaces; what has neither letters nor digits is no word.

    >>> words_of('acme "corp" - (nl)')
    ('acme', '"corp"', '(nl)')
    """
    composed = unicodedata.normalize("NFC", text)
    return tuple(dict.fromkeys(word for word in composed.split() if _WORD.search(word)))


def is_searched(field: FieldModel) -> bool:
    """Whether ``search`` looks into the field."""
    return bool(search_columns_of([field]))


def search_filter(
    words: Sequence[str], model: ObjectModel, readable: Mapping[str, FieldModel], engine_type: str
) -> Filter:
    """The records that hold all the words, in fields that may be read; there is at least one such."""
    fields = [field for field in model.fields.values() if is_searched(field)]
    open_columns = tuple(sorted(one.column_name for one in fields if one.name in readable))
    only = open_columns if len(open_columns) < len(fields) else ()
    if not words:
        return NOTHING
    return _in_fts5(words, model, only) if engine_type == "sqlite" else _in_fulltext(words, model, only)


def _in_fts5(words: Sequence[str], model: ObjectModel, only: Sequence[str]) -> Filter:
    """In FTS5's grammar: quoted words, each the beginning of one; perhaps only in some of the columns."""
    quoted = " AND ".join('"{}" *'.format(word.replace('"', " ")) for word in words)
    if only:
        quoted = "{{{}}} : ({})".format(" ".join(f'"{name}"' for name in only), quoted)
    return Indexed((search_table(model.table_name), search_ids_table(model.table_name)), quoted)


def _in_fulltext(words: Sequence[str], model: ObjectModel, only: tuple[str, ...]) -> Filter:
    """In MySQL's boolean mode: whole words and, of each that was typed, the beginning of the last."""
    if not model.words_table:
        message = f"The search index of {model.name} is not made yet: `freehold migrate` makes it."
        raise InvalidQuery([Problem("search", "not-ready", message)])
    phrases = [phrase for word in words if (phrase := [indexed_word(one) for one in words_in(word)])]
    if not phrases:
        return NOTHING
    terms = dict.fromkeys(f"+{one}" for phrase in phrases for one in (*phrase[:-1], f"{phrase[-1]}*"))
    columns = tuple(sorted(search_columns(model)))
    held = tuple(f" {' '.join(phrase)}" for phrase in phrases if only or len(phrase) > 1)
    return Indexed((model.words_table, *columns), " ".join(terms), (only or columns) if held else (), held)
