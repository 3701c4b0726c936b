"""Keyset pages: the window of rows that a position selects, and the page that these rows give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from piccolo.columns import Column

from piccolo_engines.statements import Slot
from tenant_schema.records.errors import CursorMismatch
from tenant_schema.records.query.model import SortTerm
from tenant_schema.records.reading.abilities import Can
from tenant_schema.records.reading.cursors import Place
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.keyset import turned
from tenant_schema.records.sql.shapes import Found
from tenant_schema.records.sql.statements import Window

__all__ = ["Counted", "Page", "Slice", "cut", "restored", "window_of"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of records. If ``capped``, there are at least that many."""

    value: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Records, the cursors of the pages around them (None where there is nothing), and how many there are in
    all, when that was asked for.

    :param can: what the caller may do with each of them, when that was asked for.
    :param encodable: the records as msgspec encodes them for a response: Structs, or dictionaries.
    """

    encodable: Sequence[Any]
    next: str | None
    prev: str | None
    count: Counted | None = None
    can: Sequence[Can] | None = None

    @property
    def data(self) -> list[dict[str, Any]]:
        """The records as in JSON: ids, dates and times are text. Converted by each use."""
        data: list[dict[str, Any]] = msgspec.to_builtins(self.encodable)
        return data


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of a page in the order asked for, and the places from which the pages around it go on."""

    found: Found
    next: Place | None
    prev: Place | None


def window_of(order: tuple[SortTerm, ...], limit: int, place: Place | None, values: list[object]) -> Window:
    """Return the rows of the page, and one more to see whether it goes on. The place's values are added to
    ``values``.
    """
    if place is None:
        return Window(order, limit + 1)
    position: list[Slot | None] = []
    for value in place.position:
        position.append(None if value is None else Slot.at(len(values)))
        values += [] if value is None else [value]
    return Window(turned(order) if place.backward else order, limit + 1, tuple(position), place.inclusive)


def restored(
    place: Place, order: Sequence[SortTerm], columns: Mapping[str, Column], dialect: RecordsDialect
) -> Place:
    """Return the place with its values as they are bound; a cursor has some types as text.

    :raises CursorMismatch: a field has another type by now.
    """
    types = [columns[term.field].value_type for term in order]
    try:
        position = dialect.position(place.position, types)
    except msgspec.ValidationError as error:
        raise CursorMismatch from error
    return Place(tuple(position), place.backward, place.inclusive, place.asked_at)


def cut(found: Found, order: Sequence[SortTerm], limit: int, place: Place | None) -> Slice:
    """Return the page and the places around it, from the rows that its window gave.

    Where a page has become empty, the way back includes the place that it was reached by.
    """
    goes_on = len(found.rows) > limit
    rows = found.rows[:limit] if goes_on else found.rows
    if place is not None and not rows:
        back = Place(place.position, not place.backward, not place.inclusive)
        return Slice(found, back if place.backward else None, None if place.backward else back)
    is_backward = place is not None and place.backward
    page = Found(rows[::-1] if is_backward else rows, found.shape)
    has_next, has_prev = (True, goes_on) if is_backward else (goes_on, place is not None)
    names = [term.field for term in order]
    after = Place(page.stored(page.rows[-1], names)) if has_next else None
    before = Place(page.stored(page.rows[0], names), backward=True) if has_prev else None
    return Slice(page, after, before)
