"""Parses the query parameters of a list in Piccolo Admin's front end.

``name=acme&name__match=exact``, ``created_at=…&created_at__operator=gte``, ``industry__operator=is_null``,
``__order=-name,id``, ``__page``, ``__page_size``, ``__visible_fields``, ``__readable``, ``__delimiter``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.admin.columns import Column, TableSchema
from api.errors import InvalidQuery
from tenant_schema.problems import Problem, suggestion

__all__ = ["MOST_ROWS", "Listing", "Term", "parse_listing"]

MOST_ROWS: Final = 1_000
"""The maximum page size: the front end's for exports."""
_FURTHEST: Final = 1_000_000
_ROWS: Final = 15
_OPERATORS: Final[Mapping[str, str]] = {
    "e": "eq",
    "ne": "ne",
    "lt": "lt",
    "lte": "lte",
    "gt": "gt",
    "gte": "gte",
    "is_null": "null",
    "not_null": "not_null",
}
_MATCHES: Final[Mapping[str, str]] = {
    "contains": "icontains",
    "exact": "eq",
    "starts": "startswith",
    "ends": "endswith",
}
_DELIMITERS: Final = (",", ";")
_IGNORED: Final = frozenset({"__range_header", "__range_header_name"})


@dataclass(frozen=True, slots=True)
class Term:
    """One condition.

    ``operator`` is one of eq, ne, lt, lte, gt, gte, icontains, startswith, endswith, null, not_null; the last
    two have no text.
    """

    column: Column
    operator: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The rows of a list: filter, order, page, and columns."""

    terms: tuple[Term, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    page: int = 1
    page_size: int = _ROWS
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    """The delimiter of an export: a comma, or a semicolon for Excel in many countries."""

    @property
    def offset(self) -> int:
        """The number of rows before the page."""
        return (self.page - 1) * self.page_size


def parse_listing(pairs: Sequence[tuple[str, str]], schema: TableSchema) -> Listing:
    """Return the requested list. Raises :class:`~api.errors.InvalidQuery` with all errors."""
    reader = _Reader(schema)
    for name, text in pairs:
        reader.read(name.removesuffix("[]"), text)
    return reader.finish()


class _Reader:
    """Reads one parameter after the other."""

    def __init__(self, schema: TableSchema) -> None:
        self._schema = schema
        self._problems: list[Problem] = []
        self._texts: dict[str, str] = {}
        self._operators: dict[str, str] = {}
        self._matches: dict[str, str] = {}
        self._order: tuple[tuple[str, bool], ...] = ()
        self._numbers = {"__page": 1, "__page_size": _ROWS}
        self._columns = tuple(schema.by_name)
        self._delimiter = _DELIMITERS[0]

    def read(self, name: str, text: str) -> None:
        if name in self._numbers:
            self._numbers[name] = self._number(name, text, MOST_ROWS if name == "__page_size" else _FURTHEST)
        elif name == "__delimiter" and text in _DELIMITERS:
            self._delimiter = text
        elif name == "__order":
            self._order = tuple(self._sorted_by(text.split(",")))
        elif name == "__visible_fields":
            self._columns = tuple(self._known(text.split(","), self._schema.by_name))
        elif name.endswith("__operator"):
            self._modify(name, "__operator", text, _OPERATORS, self._operators)
        elif name.endswith("__match"):
            self._modify(name, "__match", text, _MATCHES, self._matches)
        elif name not in _IGNORED and name != "__readable":
            self._texts.update(dict.fromkeys(self._known([name], self._schema.filterable), text))

    def finish(self) -> Listing:
        names = dict.fromkeys([*self._texts, *(name for name in self._operators if self._is_unary(name))])
        terms = tuple(self._term(name) for name in names)
        if self._problems:
            raise InvalidQuery(self._problems)
        return Listing(
            terms=terms,
            order=self._order or (self._schema.order_by,),
            page=self._numbers["__page"],
            page_size=self._numbers["__page_size"],
            columns=self._columns,
            delimiter=self._delimiter,
        )

    def _is_unary(self, name: str) -> bool:
        return self._operators[name] in ("null", "not_null")

    def _term(self, name: str) -> Term:
        column = self._schema.by_name[name]
        operator = self._operators.get(name, "eq")
        if operator in ("null", "not_null"):
            return Term(column, operator)
        if column.is_text and operator == "eq":
            operator = self._matches.get(name, "icontains")
        return Term(column, operator, self._texts[name])

    def _modify(
        self, name: str, suffix: str, text: str, known: Mapping[str, str], into: dict[str, str]
    ) -> None:
        if text not in known:
            self._complain(name, "unknown-value", f"{name} knows no {text!r}.", suggestion(text, known))
            return
        for column in self._known([name.removesuffix(suffix)], self._schema.filterable):
            into[column] = known[text]

    def _sorted_by(self, names: Iterable[str]) -> Iterable[tuple[str, bool]]:
        for name in names:
            for column in self._known([name.removeprefix("-")], self._schema.sortable):
                yield column, not name.startswith("-")

    def _known(self, names: Iterable[str], columns: Mapping[str, Column]) -> Iterable[str]:
        for name in names:
            if name in columns:
                yield name
            else:
                near = suggestion(name, columns)
                self._complain(name, "unknown-column", "There is no such column here.", near)

    def _number(self, name: str, text: str, most: int) -> int:
        if text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most:
            return int(text)
        self._complain(name, "out-of-range", f"{name} is a number from 1 to {most}.")
        return 1

    def _complain(self, field: str, code: str, message: str, near: str | None = None) -> None:
        self._problems.append(Problem(field, code, message, near))
