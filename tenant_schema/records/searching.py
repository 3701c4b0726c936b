"""``search``: from what somebody typed to what a full-text index is asked.

Every word must be in one of the object's searched fields, as the beginning of a word there. What was typed is
taken apart into words here and never reaches a database's search grammar as it is: on SQLite a word goes
between quotes, on MySQL it is made of letters and digits.

MySQL's index tells upper from lower case, as our columns do, so a word is looked for as it is usually
written: as it was typed, small, capitalised, in capitals. The index leaves out words of less than three
characters and the commonest English ones; these are looked for in the texts themselves.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.objects.search_index import (
    search_columns,
    search_columns_of,
    search_ids_table,
    search_table,
)
from tenant_schema.records.query import NOTHING, And, Filter, Indexed, WordStarts

__all__ = ["is_searched", "search_filter", "words_of"]

_WORD: Final = re.compile(r"[^\W_]+")
_INDEXED_FROM: Final = 3
"""Characters of the shortest word in MySQL's index (``innodb_ft_min_token_size``)."""
_INDEXED_TO: Final = 84
"""And of the longest (``innodb_ft_max_token_size``)."""
_STOP = """
    a about an are as at be by com de en for from how i in is it la of on or that the this to was what when
    where who will with und www
"""
_STOP_WORDS: Final = frozenset(_STOP.split())
"""What InnoDB leaves out: INFORMATION_SCHEMA.INNODB_FT_DEFAULT_STOPWORD."""


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
    if not words:
        return NOTHING
    fields = tuple(name for name, field in model.fields.items() if is_searched(field))
    open_fields = tuple(name for name in fields if name in readable)
    if engine_type == "sqlite":
        return _in_fts5(words, model, open_fields if len(open_fields) < len(fields) else ())
    return _in_fulltext(words, model, open_fields, everything=len(open_fields) == len(fields))


def _in_fts5(words: Sequence[str], model: ObjectModel, only: Sequence[str]) -> Filter:
    """In FTS5's grammar: quoted words, each the beginning of one; perhaps only in some of the columns."""
    quoted = " AND ".join('"{}" *'.format(word.replace('"', " ")) for word in words)
    if only:
        quoted = "{{{}}} : ({})".format(
            " ".join(f'"{model.fields[name].column_name}"' for name in only), quoted
        )
    return Indexed((search_table(model.table_name), search_ids_table(model.table_name)), quoted)


def _in_fulltext(
    words: Sequence[str], model: ObjectModel, fields: tuple[str, ...], *, everything: bool
) -> Filter:
    """In MySQL's boolean mode, as far as its index goes; where that holds fields that may not be read, it
    only tells which texts to look into.
    """
    parts = list(dict.fromkeys(part for word in words for part in _WORD.findall(word)))
    indexed = [part for part in parts if _is_indexed(part)]
    terms: list[Filter] = []
    if indexed:
        expression = " ".join(f"+({_spellings(part)})" for part in indexed)
        terms.append(Indexed(search_columns(model), expression))
    in_texts = parts if not everything else [part for part in parts if part not in indexed]
    return And((*terms, *(WordStarts(fields, part) for part in in_texts)))


def _is_indexed(word: str) -> bool:
    """Whether MySQL's index has such words, every one that begins so included."""
    return _INDEXED_FROM <= len(word) <= _INDEXED_TO and word.lower() not in _STOP_WORDS


def _spellings(word: str) -> str:
    """How the beginning of a word may be written."""
    variants = dict.fromkeys([word, word.lower(), word.capitalize(), word.upper()])
    return " ".join(f"{variant}*" for variant in variants)
