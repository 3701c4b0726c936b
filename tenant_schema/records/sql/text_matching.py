"""Looking for text within text, and for words in an index, the same on every database.

SQL of our own, in Piccolo's ``QueryString``: Piccolo has ``LIKE`` without ``ESCAPE`` (a ``%`` in the text
searched for would match anything) and with each database's own idea of case. Functions that take the text
as it is need no escaping. The values are bound.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from string import Formatter
from typing import Final

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from piccolo_engines.sort_keys import keys_from
from piccolo_engines.sqlite.letters import SMALL_LETTERS
from tenant_schema.objects.model.sort_columns import kept_key
from tenant_schema.records.query.model import Indexed

__all__ = ["equal_numbers", "found_by_index", "matches"]

_SQLITE: Final = {
    "contains": "INSTR({column}, {text}) > 0",
    # SQLite's LOWER knows the letters from A to Z; the function that knows all takes four times as long, and
    # is asked when there are others in the text (it has more bytes than characters)
    "icontains": "(INSTR(LOWER({column}), LOWER({text})) > 0 "
    "OR (SELECT LENGTH(CAST({text} AS BLOB)) > LENGTH({text})) "
    f"AND INSTR({SMALL_LETTERS}({{column}}), {SMALL_LETTERS}({{text}})) > 0)",
    "startswith": "SUBSTR({column}, 1, LENGTH({text})) = {text}",
    "endswith": "SUBSTR({column}, -LENGTH({text})) = {text}",
}
_MYSQL: Final = {
    "contains": "INSTR({column} COLLATE utf8mb4_bin, {text}) > 0",
    "icontains": "INSTR(LOWER({column}) COLLATE utf8mb4_bin, LOWER({text})) > 0",
    "startswith": "LEFT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
    "endswith": "RIGHT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
}
_NUMBER: Final = reduce(
    lambda sql, pair: f"REPLACE({sql}, '{pair[0]}', '{pair[1]}')",
    [*((mark, "") for mark in " ()./-"), ("ext", "x"), ("#", "x")],
    "{}",
)
"""What ``PhoneType.comparable`` does, in SQL."""
_TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {"sqlite": _SQLITE, "mysql": _MYSQL}


def matches(operator: str, column: Column, text: object, engine_type: str) -> WhereRaw:
    """The condition that the column's text contains, begins or ends with ``text``, which is not empty."""
    template = _TEMPLATES[engine_type][operator]
    arguments: dict[str, object] = {"column": column, "text": text}
    key = kept_key(column) if operator == "startswith" else None
    if key is not None:  # an index has all keys that begin with the weights of the text, from them on
        least, most = keys_from(text, engine_type)
        template = f"({{key}} >= {{least}} AND {{key}} <= {{most}} AND {template})"
        arguments |= {"key": key, "least": least, "most": most}
    parts = [name for _, name, _, _ in Formatter().parse(template) if name]
    return WhereRaw(template.format_map(dict.fromkeys(arguments, "{}")), *[arguments[name] for name in parts])


def equal_numbers(column: Column, numbers: Sequence[object], *, negated: bool = False) -> WhereRaw:
    """The condition that the column's telephone number is one of those, each in comparable form."""
    several = ", ".join(["{}"] * len(numbers))
    return WhereRaw(f"{_NUMBER} {'NOT IN' if negated else 'IN'} ({several})", column, *numbers)


def found_by_index(found: Indexed, record: Column, engine_type: str) -> WhereRaw:
    """The condition that the record is among those which the full-text index finds."""
    if engine_type == "sqlite":
        words, ids = found.index
        template = (
            f'{{}} IN (SELECT i.record FROM "{words}" AS s JOIN "{ids}" AS i ON i.rowid = s.rowid '  # noqa: S608 (names come from definitions)
            f'WHERE "{words}" MATCH {{}})'
        )
        return WhereRaw(template, record, found.expression)
    table, *indexed = found.index
    held = " OR ".join([f'INSTR(s."{name}", {{}})' for name in found.columns])
    template = (
        f'{{}} IN (SELECT s."id" FROM "{table}" AS s WHERE MATCH ({_names(indexed)}) '  # noqa: S608 (names come from definitions)
        f"AGAINST ({{}} IN BOOLEAN MODE){f' AND ({held})' * len(found.held)})"
    )
    texts = [text for text in found.held for _ in found.columns]
    return WhereRaw(template, record, found.expression, *texts)


def _names(columns: Sequence[str]) -> str:
    return ", ".join([f's."{name}"' for name in columns])
