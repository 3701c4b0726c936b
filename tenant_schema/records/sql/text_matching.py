"""Conditions that search for text within text, with the same result on every database.

They are SQL in Piccolo's ``QueryString``. Piccolo has ``LIKE`` without ``ESCAPE``, in which a ``%`` in the
text would match anything, and each database folds case differently there. Functions that take the text as a
value need no escaping. Values are bound.
"""

from collections.abc import Sequence
from functools import reduce
from string import Formatter
from typing import Final

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from tenant_schema.objects.model.sort_columns import kept_key
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["equal_numbers", "matches"]

_NUMBER: Final = reduce(
    lambda sql, pair: f"REPLACE({sql}, '{pair[0]}', '{pair[1]}')",
    [*((mark, "") for mark in " ()./-"), ("ext", "x"), ("#", "x")],
    "{}",
)
"""``PhoneType.comparable`` in SQL."""


def matches(operator: str, column: Column, text: object, dialect: RecordsDialect) -> WhereRaw:
    """The condition for ``contains``, ``icontains``, ``startswith`` or ``endswith`` with a text that is not
    empty.
    """
    template = dialect.text_template(operator)
    arguments: dict[str, object] = {"column": column, "text": text}
    key = kept_key(column) if operator == "startswith" else None
    if key is not None:  # a range of the index: the keys that begin with the weights of the text
        least, most = dialect.sort_keys.range_from(text)
        template = f"({{key}} >= {{least}} AND {{key}} <= {{most}} AND {template})"
        arguments |= {"key": key, "least": least, "most": most}
    parts = [name for _, name, _, _ in Formatter().parse(template) if name]
    return WhereRaw(template.format_map(dict.fromkeys(arguments, "{}")), *[arguments[name] for name in parts])


def equal_numbers(column: Column, numbers: Sequence[object], *, negated: bool = False) -> WhereRaw:
    """The condition that the column's telephone number is among ``numbers``, which are in comparable form."""
    several = ", ".join(["{}"] * len(numbers))
    return WhereRaw(f"{_NUMBER} {'NOT IN' if negated else 'IN'} ({several})", column, *numbers)
