"""The one place where a name is validated and quoted before it enters SQL."""

import re

from piccolo_engines.errors import InvalidIdentifier

__all__ = ["MAX_LENGTH", "quote", "validate"]

MAX_LENGTH = 63
"""Characters of the longest name that SQLite, MySQL (64) and PostgreSQL (63) all accept."""

_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_-]{{0,{MAX_LENGTH - 1}}}", re.ASCII)


def validate(name: str) -> str:
    """Return ``name`` unchanged when it may be the name of a table, column, index, savepoint or database.

    ASCII letters, digits, ``_`` and ``-``; not beginning with a digit or ``-``; at most :data:`MAX_LENGTH`
    characters.

    :raises InvalidIdentifier: for every other name.
    """
    if not _NAME.fullmatch(name):
        raise InvalidIdentifier(name)
    return name


def quote(name: str) -> str:
    """Return the valid name in double quotes, as standard SQL (and MySQL with ``ANSI_QUOTES``) wants it.

    >>> quote("order")
    '"order"'

    :raises InvalidIdentifier: when :func:`validate` does.
    """
    return f'"{validate(name)}"'
