"""Validates and quotes the names that enter SQL. No other module does."""

import re

from piccolo_engines.errors import InvalidIdentifier

__all__ = ["MAX_LENGTH", "quote", "validate"]

MAX_LENGTH = 63
"""The maximum length in characters that SQLite, MySQL (64) and PostgreSQL (63) all accept."""

_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_-]{{0,{MAX_LENGTH - 1}}}", re.ASCII)


def validate(name: str) -> str:
    """Return ``name`` unchanged if it may be used as a name in SQL.

    Of a table, column, index, savepoint or database. Allowed are ASCII letters, digits, ``_`` and ``-``, not
    beginning with a digit or ``-``, up to :data:`MAX_LENGTH` characters.

    :raises InvalidIdentifier: for any other name.
    """
    if not _NAME.fullmatch(name):
        raise InvalidIdentifier(name)
    return name


def quote(name: str) -> str:
    """Return the valid name in double quotes, as in standard SQL and in MySQL with ``ANSI_QUOTES``.

    >>> quote("order")
    '"order"'

    :raises InvalidIdentifier: when :func:`validate` does.
    """
    return f'"{validate(name)}"'
