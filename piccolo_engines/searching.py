"""Looking for text in columns, where ``%`` and ``_`` mean themselves."""

import re

from piccolo.columns import Column
from piccolo.columns.combination import Where
from piccolo.columns.operators.comparison import ComparisonOperator

__all__ = ["escaped", "like", "like_in_any_case"]


class _Like(ComparisonOperator):
    """LIKE with an escape character that means the same to SQLite and MySQL; Piccolo's own has none."""

    template = "{name} LIKE {value} ESCAPE '!'"


class _LikeInAnyCase(ComparisonOperator):
    """As above, where the database's collation tells upper from lower case."""

    template = "LOWER({name}) LIKE {value} ESCAPE '!'"


def escaped(text: str) -> str:
    """The text as a part of a pattern for :func:`like`."""
    return re.sub(r"([!%_])", r"!\1", text)


def like(column: Column, pattern: str) -> Where:
    """The condition that the column fits the pattern, as the column's collation sees it."""
    return Where(column=column, value=pattern, operator=_Like)


def like_in_any_case(column: Column, pattern: str) -> Where:
    """The condition that the column fits the pattern, whatever the case of at least the ASCII letters."""
    return Where(column=column, value=pattern.lower(), operator=_LikeInAnyCase)
