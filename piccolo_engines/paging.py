"""Keyset pages over ids that grow with time: newest first, with a cursor that is the last id seen."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

__all__ = ["MAX_LIMIT", "InvalidCursor", "Page", "decode_cursor", "encode_cursor", "page_of"]

MAX_LIMIT = 200

_Item = TypeVar("_Item")


class InvalidCursor(Exception):
    """A page cursor that was not made by this list."""

    code: ClassVar[str] = "invalid-cursor"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that this list gave out.")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some items, and the cursor that continues after them; None when there are no more."""

    items: tuple[_Item, ...]
    next: str | None


def encode_cursor(last_id: UUID) -> str:
    """An opaque text for the place after this id."""
    return base64.urlsafe_b64encode(last_id.bytes).decode("ascii").rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """The id that :func:`encode_cursor` was given. Raises :class:`InvalidCursor`."""
    try:
        last_id = UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise InvalidCursor from None
    if encode_cursor(last_id) != cursor:
        raise InvalidCursor
    return last_id


def page_of(rows: Sequence[_Item], limit: int, id_of: Callable[[_Item], UUID]) -> Page[_Item]:
    """The page that ``rows`` make; one row more than ``limit`` was asked for, to know whether more follow."""
    items = tuple(rows[:limit])
    return Page(items, encode_cursor(id_of(items[-1])) if len(rows) > limit else None)
