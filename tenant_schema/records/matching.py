"""Looking for text within text, and for words in an index, the same on every database.

SQL of our own, in Piccolo's ``QueryString``: Piccolo has ``LIKE`` without ``ESCAPE`` (a ``%`` in the text
searched for would match anything) and with each database's own idea of case. Functions that take the text
as it is need no escaping. The values are bound.
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Final

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from piccolo_engines.mysql.literals import ServerSQL

__all__ = ["found_by_index", "matches", "word_starts"]

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


def found_by_index(index: Sequence[str], expression: object, record: Column, engine_type: str) -> WhereRaw:
    """The condition that the record is among those which the full-text index finds.

    :param index: on MySQL the columns of the index, on SQLite the FTS5 table and the table of its rows' ids.
    :param expression: in the database's grammar for searches, which :mod:`tenant_schema.records.searching`
        writes.
    """
    if engine_type == "sqlite":
        words, ids = index
        template = (
            f'{{}} IN (SELECT i.record FROM "{words}" AS s JOIN "{ids}" AS i ON i.rowid = s.rowid '  # noqa: S608 (names come from definitions)
            f'WHERE "{words}" MATCH {{}})'
        )
        return WhereRaw(template, record, expression)
    table = QueryString(record._meta.get_full_name(with_alias=False)).template.rpartition(".")[0]
    names = ", ".join(f'{table}."{name}"' for name in index)
    return WhereRaw(f"MATCH ({names}) AGAINST ({{}} IN BOOLEAN MODE)", expression)


_BEFORE_A_WORD: Final = ServerSQL(mysql=r"'(^|[^\\p{L}\\p{N}])'", mariadb=r"'(^|[^\\p{L}\\p{N}])'")
"""A regular expression for where a word can start. (A template would take its braces for places.)"""


def word_starts(columns: Sequence[Column], start: object, _engine_type: str) -> WhereRaw:
    """The condition that in one of the columns a word starts so; ``start`` has letters and digits only.

    For MySQL's index, which leaves out the shortest and most common words.
    """
    one = "(INSTR(LOWER({}), LOWER({})) > 0 AND LOWER({}) REGEXP CONCAT({}, LOWER({})))"
    arguments = [part for column in columns for part in (column, start, column, _BEFORE_A_WORD, start)]
    return WhereRaw(f"({' OR '.join([one] * len(columns))})", *arguments)
