"""Functions that convert the rows of a driver to records, generated for each shape of a result.

One expression converts a whole row, so that no value costs a call that it does not need. The generated code
holds positions and expressions of this program only; names of fields, and functions, are objects that the
code refers to (ADR 101).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any, Final, Literal, TypeAlias

import msgspec

from piccolo_engines.conversions import GLOBALS, Conversion, IdTexts
from tenant_schema.records.record import Row
from tenant_schema.records.sql.dialects.protocol import Stored
from tenant_schema.records.sql.nesting import Nest

__all__ = ["Found", "Layout", "Shape"]

_Build: TypeAlias = Callable[[Sequence[tuple[Any, ...]], IdTexts], list[Any]]
_Tree: TypeAlias = dict[str, "int | _Tree"]
"""A record: the place of each value in the row, or the record of a lookup, whose first value is its id."""

_MOST_SHAPES: Final = 512
_EARLIEST: Final = dt.datetime(1, 1, 1)  # noqa: DTZ001 - drivers' moments have no zone
_NO_COLUMNS: Final[Mapping[int, Callable[..., Any]]] = {}


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a row's values, and the record that is made of them.

    :ivar names: of all values, in the order of the row.
    :ivar hidden: those that are not part of the record.
    :ivar nests: the objects to build from values of lookups' records.
    """

    names: tuple[str, ...]
    hidden: tuple[str, ...]
    nests: tuple[Nest, ...]

    def tree(self) -> _Tree:
        """Return where each value of the record is in the row."""
        tree: _Tree = {name: place for place, name in enumerate(self.names) if name not in self.hidden}
        for one in self.nests:
            tree[one.path] = {name: tree.pop(path) for path, name in one.members}
        return tree


class Shape:
    """What becomes of the rows of a result with certain columns.

    :param conversions: how each value of a row is converted; None for values that are not shown.
    :param stored: the function to the stored form of each value; None if it is in that form.
    """

    def __init__(
        self, layout: Layout, conversions: Sequence[Conversion | None], stored: Sequence[Stored | None]
    ) -> None:
        self._layout = layout
        self._conversions = conversions
        self._stored = dict(zip(layout.names, enumerate(stored), strict=True))
        self._values: dict[str, _Build] = {}

    @cached_property
    def shown(self) -> _Build:
        """Convert rows to dictionaries of JSON's values: text, numbers, booleans, lists and objects."""
        keys: list[str] = []
        code = _record(self._layout.tree(), self._codes("shown"), keys)
        return self._function(code, {f"k{number}": key for number, key in enumerate(keys)})

    @cached_property
    def encodable(self) -> _Build:
        """Convert rows to Structs that msgspec encodes to the same JSON, with less work."""
        keys: list[str] = []
        tree, codes = self._layout.tree(), self._codes("encodable")
        code = f"record({', '.join([_value(place, codes, keys) for place in tree.values()])})"
        known = {f"k{number}": key for number, key in enumerate(keys)}
        columns = {
            place: one.column
            for place, one in enumerate(self._conversions)
            if one is not None and one.column is not None
        }
        return self._function(code, {**known, "record": _struct(tuple(tree))}, columns)

    def value(self, row: tuple[Any, ...], name: str) -> Any:
        """Return a value of a row as :attr:`shown` has it."""
        build = self._values.get(name)
        if build is None:
            code = self._codes("shown")[self._stored[name][0]]
            build = self._values[name] = self._function(code, {})
        return build([row], {})[0]

    def is_later(self, row: tuple[Any, ...], name: str, moment: str) -> bool:
        """Whether a moment of a row is later than another one in RFC 3339, or than an empty text.

        Texts of datetimes would cost a read as much as three of its fields.
        """
        value = row[self._stored[name][0]]
        if isinstance(value, dt.datetime):
            return value > _naive(moment)
        return bool(self.value(row, name) > moment)

    def stored(self, row: tuple[Any, ...], name: str) -> Any:
        """Return a value of a row in stored form."""
        place, convert = self._stored[name]
        value = row[place]
        return value if value is None or convert is None else convert(value)

    def _codes(self, form: Literal["encodable", "shown"]) -> list[str]:
        """The expression for each value of a row."""
        return [
            "" if one is None else getattr(one, form).format(*_names(place, one.objects), v=f"v{place}")
            for place, one in enumerate(self._conversions)
        ]

    def _function(
        self, code: str, known: Mapping[str, object], columns: Mapping[int, Callable[..., Any]] = _NO_COLUMNS
    ) -> _Build:
        """Return the function that evaluates the code for every row, after it has converted the columns."""
        objects: dict[str, object] = {f"column{place}": convert for place, convert in columns.items()}
        for place, one in enumerate(self._conversions):
            objects |= {} if one is None else zip(_names(place, one.objects), one.objects, strict=True)
        compiled = _compiled(code, len(self._conversions), tuple(columns))
        build: _Build = eval(compiled, {**GLOBALS, **known, **objects})  # noqa: S307 - of positions, see above
        return build


@lru_cache(_MOST_SHAPES)
def _naive(moment: str) -> dt.datetime:
    """Return the moment as drivers have those that are stored without a zone."""
    return dt.datetime.fromisoformat(moment).replace(tzinfo=None) if moment else _EARLIEST


def _names(place: int, objects: Sequence[object]) -> list[str]:
    """The names of a value's objects in the code."""
    return [f"f{place}_{number}" for number in range(len(objects))]


def _record(tree: _Tree, codes: Sequence[str], keys: list[str]) -> str:
    """The code of a dictionary. Its keys are added to ``keys``."""
    items = []
    for name, place in tree.items():
        key = f"k{len(keys)}"
        keys.append(name)
        items.append(f"{key}: {_value(place, codes, keys)}")
    return f"{{{', '.join(items)}}}"


def _value(place: "int | _Tree", codes: Sequence[str], keys: list[str]) -> str:
    if isinstance(place, int):
        return codes[place]
    return f"None if v{next(iter(place.values()))} is None else {_record(place, codes, keys)}"


@lru_cache(_MOST_SHAPES)
def _compiled(record: str, width: int, columns: tuple[int, ...]) -> CodeType:
    """Compile the function. Objects whose values are converted alike share the code.

    :param columns: the places of the values that are converted for all rows at once.
    """
    row, rows = f"({''.join([f'v{place}, ' for place in range(width)])})", "rows"
    if columns:
        converted = [f"column{place}([row[{place}] for row in rows])" for place in columns]
        row = f"{row}, {', '.join([f'v{place}' for place in columns])}"
        rows = f"zip(rows, {', '.join(converted)})"
    return compile(f"lambda rows, ids: [{record} for {row} in {rows}]", "<rows>", "eval")


@lru_cache(_MOST_SHAPES)
def _struct(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return a Struct with fields ``f0``, ``f1`` …, which are encoded under these names."""
    fields = [f"f{place}" for place in range(len(names))]
    return msgspec.defstruct("Shown", fields, rename=dict(zip(fields, names, strict=True)), gc=False)


class Found:
    """The rows of a read, as the driver returned them, and their shape."""

    __slots__ = ("rows", "shape")

    def __init__(self, rows: Sequence[tuple[Any, ...]], shape: Shape) -> None:
        self.rows, self.shape = rows, shape

    def shown(self) -> list[Row]:
        """Return the records as dictionaries of JSON's values, which may be changed."""
        return self.shape.shown(self.rows, {})

    def encodable(self) -> list[Any]:
        """Return the records as msgspec encodes them."""
        return self.shape.encodable(self.rows, {})

    def stored(self, row: tuple[Any, ...], names: Sequence[str]) -> tuple[Any, ...]:
        """Return values of a row in stored form."""
        return tuple([self.shape.stored(row, name) for name in names])
