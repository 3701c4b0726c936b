"""Looking for text within text, the same on every database.

This is the one module of the record engine that writes SQL of its own, in Piccolo's ``QueryString``:
Piccolo has ``LIKE`` without ``ESCAPE`` (a ``%`` in the text searched for would match anything) and with
each database's own idea of case. Functions that take the text as it is need no escaping. The values are
bound.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Final

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

__all__ = ["matches"]

_SQLITE: Final = {
    "contains": "INSTR({column}, {text}) > 0",
    "icontains": "INSTR(LOWER({column}), LOWER({text})) > 0",
    # the first half of this is for an index
    "startswith": "({column} >= {text} AND SUBSTR({column}, 1, LENGTH({text})) = {text})",
    "endswith": "SUBSTR({column}, -LENGTH({text})) = {text}",
}
_MYSQL: Final = {
    "contains": "INSTR({column} COLLATE utf8mb4_bin, {text}) > 0",
    "icontains": "INSTR(LOWER({column}) COLLATE utf8mb4_bin, LOWER({text})) > 0",
    "startswith": "LEFT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
    "endswith": "RIGHT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
}
_TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {"sqlite": _SQLITE, "mysql": _MYSQL}


def matches(operator: str, column: Column, text: object, engine_type: str) -> WhereRaw:
    """The condition that the column's text contains, begins or ends with ``text``, which is not empty."""
    template = _TEMPLATES[engine_type][operator]
    arguments = {"column": column, "text": text}
    parts = [name for _, name, _, _ in Formatter().parse(template) if name]
    return WhereRaw(template.format(column="{}", text="{}"), *[arguments[name] for name in parts])
