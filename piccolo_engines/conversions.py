"""Conversions of a driver's values to JSON's, as code to be combined into one function for whole rows.

A conversion has two forms. What :attr:`Conversion.encodable` gives is encoded by msgspec to the JSON that is
wanted: a datetime may stay one. :attr:`Conversion.shown` gives the value of that JSON itself: text, number,
boolean, list or object.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

__all__ = [
    "BOOLEAN",
    "GLOBALS",
    "ID",
    "SAME",
    "TEXT_OF",
    "UNIQUE_ID",
    "UTC_MOMENT",
    "Conversion",
    "IdTexts",
    "called",
]


@dataclass(frozen=True, slots=True)
class Conversion:
    """The code for one value. ``{v}`` in it stands for the variable that holds the value, which may be None;
    ``{0}`` and ``{1}`` for the ``objects``, such as functions to call. The code never holds names or values
    that come from elsewhere: those are objects.

    :ivar column: converts the values of all rows at once, of which ``{v}`` in ``encodable`` is then one.
    """

    encodable: str
    shown: str
    objects: tuple[object, ...] = ()
    column: Callable[[list[Any]], list[Any]] | None = None

    @classmethod
    def same(cls, code: str, *objects: object) -> "Conversion":
        """Return a conversion with one code for both forms."""
        return cls(code, code, objects)


IdTexts: TypeAlias = dict[bytes | None, str | None]
"""The texts of UUIDs by their 16 bytes. The rows of a page repeat a few of them.

A plain dictionary: items of one with ``__missing__`` take five times as long.
"""


def _id_text(ids: IdTexts, raw: bytes | None) -> str | None:
    """Add the text of an id, and return it."""
    text = None
    if raw is not None:
        digits = raw.hex("-", 6)  # two of the hyphens are where they belong
        text = f"{digits[:13]}-{digits[13:17]}-{digits[17:]}"
    ids[raw] = text
    return text


class _Ids(msgspec.Struct, array_like=True):
    """A class of its own, since msgspec would analyse ``list[UUID | None]`` for each call."""

    ids: list[UUID | None]


def _uuids(column: list[bytes | None]) -> list[UUID | None]:
    """Return the UUIDs of 16 bytes each."""
    return msgspec.convert((column,), _Ids).ids


GLOBALS: Final[dict[str, object]] = {
    "UTC": dt.UTC,
    "combine": dt.datetime.combine,
    "id_text": _id_text,
    "time": dt.datetime.time,
}
"""What the code may use, besides ``ids``: the :class:`IdTexts` of the page."""

SAME: Final = Conversion.same("{v}")
"""For text, integers and finite floats."""
BOOLEAN: Final = Conversion.same("None if {v} is None else {v} != 0")
"""For integers."""
ID: Final = Conversion.same("ids[{v}] if {v} in ids else id_text(ids, {v})")
"""For the 16 bytes of a UUID."""
UNIQUE_ID: Final = Conversion(
    "{v}",
    "None if {v} is None else f\"{{(d := {v}.hex('-', 6))[:13]}}-{{d[13:17]}}-{{d[17:]}}\"",
    column=_uuids,
)
"""For those of a primary key, of which each row has another one. msgspec creates and encodes UUIDs in a
quarter of the time of their texts."""
UTC_MOMENT: Final = Conversion(
    "None if {v} is None else combine({v}, time({v}), UTC)", "None if {v} is None else {v}.isoformat() + 'Z'"
)
"""For naive datetimes, which are in UTC. ``datetime.replace`` takes several times as long."""
TEXT_OF: Final = Conversion("{v}", "None if {v} is None else str({v})")
"""For dates, and for decimals that have no exponent as text: msgspec encodes them as ``str`` shows them."""


def called(function: Any) -> Conversion:
    """Return the conversion by a function, which is not called for None."""
    return Conversion.same("None if {v} is None else {0}({v})", function)
