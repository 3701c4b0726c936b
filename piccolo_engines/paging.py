"""Keyset pages over time-ordered ids: newest first, with the last id as the cursor."""

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
    """A cursor that this list did not return."""

    code: ClassVar[str] = "invalid-cursor"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that this list returned.")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some items, and the cursor that continues after them; None on the last page."""

    items: tuple[_Item, ...]
    next: str | None


def encode_cursor(last_id: UUID) -> str:
    """Return an opaque text for the position after this id."""
    return base64.urlsafe_b64encode(last_id.bytes).decode("ascii").rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """Return the id of a cursor from :func:`encode_cursor`. Raises :class:`InvalidCursor`."""
    try:
        last_id = UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise InvalidCursor from None
    if encode_cursor(last_id) != cursor:
        raise InvalidCursor
    return last_id


def page_of(rows: Sequence[_Item], limit: int, id_of: Callable[[_Item], UUID]) -> Page[_Item]:
    """Return the page for ``rows``, which has one row more than ``limit`` if there is a next page."""
    items = tuple(rows[:limit])
    return Page(items, encode_cursor(id_of(items[-1])) if len(rows) > limit else None)
