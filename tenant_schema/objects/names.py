"""The grammar of the names of objects and fields."""

import re

from tenant_schema.objects.errors import InvalidName

__all__ = ["LONGEST_NAME", "check_name"]

LONGEST_NAME = 40
"""Characters."""
_DATABASES_OWN = re.compile(
    r"sqlite|sqlite_.*|innodb_.*|mysql|information_schema|performance_schema|"
    r"db_row_id|db_trx_id|db_roll_ptr|fts_doc_id"
)
"""What a database calls its own tables, columns and schemas. Physical names begin with the name, and SQLite
refuses tables that begin with ``sqlite_``; names are the same on every database, so all refuse all of them.
"""
_GRAMMAR = re.compile(r"[a-z](?:_?[a-z0-9])*")


def check_name(name: str) -> str:
    """The name, when it keeps the grammar. Raises :class:`InvalidName`.

    >>> check_name("close_date")
    'close_date'
    """
    if len(name) > LONGEST_NAME:
        raise InvalidName(name, "name-too-long", f"must be at most {LONGEST_NAME} characters")
    if _GRAMMAR.fullmatch(name) is None:
        message = "must be lower case letters, digits and single underscores, beginning with a letter"
        raise InvalidName(name, "invalid-name", message)
    if _DATABASES_OWN.fullmatch(name):
        raise InvalidName(name, "reserved-name", "is what a database calls something of its own")
    return name
