"""``search``: the words that were typed, and the fields that are searched.

A record is found when each word is in one of the object's searched fields, as the beginning of a word there.
What is typed without spaces (``o'brien``, ``ada@acme.example``) is a sequence of words. Typed text never
reaches a database's search syntax unquoted: see
:meth:`tenant_schema.records.sql.dialects.protocol.RecordsDialect.search`.
"""

import re
import unicodedata
from typing import Final

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.objects.model.search_index import search_columns_of

__all__ = ["is_searched", "words_of"]

_WORD: Final = re.compile(r"[^\W_]")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a typed text, split at spaces, each once; a word has at least one letter or digit.

    >>> words_of('acme "corp" - (nl)')
    ('acme', '"corp"', '(nl)')
    """
    composed = unicodedata.normalize("NFC", text)
    return tuple(dict.fromkeys(word for word in composed.split() if _WORD.search(word)))


def is_searched(field: FieldModel) -> bool:
    """Return whether ``search`` includes the field."""
    return bool(search_columns_of([field]))
