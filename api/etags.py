"""Versions as entity tags: ``"7"`` for version 7, and what an If-Match header asks for."""

import re
from typing import Final

from api.errors import InvalidIfMatch, InvalidIfNoneMatch

__all__ = ["etag", "parse_if_match", "parse_if_none_match"]

_TAG: Final = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"\Z')
_NO_VERSION: Final = 0


def etag(version: int) -> tuple[bytes, bytes]:
    """The ETag header of a version."""
    return (b"etag", b'"%d"' % version)


def parse_if_match(header: str | None) -> int | None:
    """The version that an If-Match header demands; None when any will do (no header, or ``*``).

    ``W/"7"`` counts as ``"7"``: proxies that compress weaken the tags they pass on. A tag that we
    never gave out matches no version (it becomes 0, and versions begin at 1).

    Raises :class:`~api.errors.InvalidIfMatch` for what is not a tag, and for a list of them, which no client
    of a versioned record has a use for.
    """
    if header is None or header.strip() == "*":
        return None
    found = _TAG.match(header.strip())
    if found is None:
        raise InvalidIfMatch
    text = found[1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else _NO_VERSION


def parse_if_none_match(header: str | None) -> bool:
    """Whether something is only to be made, never changed: ``If-None-Match: *``.

    Raises :class:`~api.errors.InvalidIfNoneMatch` for anything else: a record that is not at some version may
    be at any other, and nobody wants to write over that.
    """
    if header is None:
        return False
    if header.strip() != "*":
        raise InvalidIfNoneMatch
    return True
