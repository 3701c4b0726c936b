"""Conditions that find text in columns, with ``%`` and ``_`` matched literally."""

import re

from piccolo.columns import Column
from piccolo.columns.combination import Where
from piccolo.columns.operators.comparison import ComparisonOperator

__all__ = ["escaped", "like", "like_in_any_case"]


class _Like(ComparisonOperator):
    """LIKE with an escape character that SQLite and MySQL treat alike. Piccolo's own has none."""

    template = "{name} LIKE {value} ESCAPE '!'"


class _LikeInAnyCase(ComparisonOperator):
    """The same, for columns whose collation is case-sensitive."""

    template = "LOWER({name}) LIKE {value} ESCAPE '!'"


def escaped(text: str) -> str:
    """Escape the text for use in a pattern of :func:`like`."""
    return re.sub(r"([!%_])", r"!\1", text)


def like(column: Column, pattern: str) -> Where:
    """Return the condition that the column matches the pattern under its collation."""
    return Where(column=column, value=pattern, operator=_Like)


def like_in_any_case(column: Column, pattern: str) -> Where:
    """Return the condition that the column matches the pattern, ignoring case.

    At least that of ASCII letters.
    """
    return Where(column=column, value=pattern.lower(), operator=_LikeInAnyCase)
