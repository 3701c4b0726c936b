"""The paths that are routed: those that every proxy in front interprets in the same way.

Proxies and routers differ in their treatment of encoded slashes and dots, empty parts and dot segments, which
could bypass a rule such as "nobody may call /setup". Such paths are not found. See
docs/adr/0074-which-paths-are-routed.md.
"""

import re
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from litestar.exceptions import NotFoundException
from litestar.types import HTTPScope

from api.errors import MalformedAddress

__all__ = ["require_plain_target"]

_BAD_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SPECIAL: Final = re.compile(rb"[%\\]|/[/.]")
"""What only paths have that need a closer look."""
_AMBIGUOUS: Final = re.compile(rb"%(?:2[EeFf]|5[Cc])|\\|//")
"""Encoded slashes, dots and backslashes, and empty parts."""
_KEYED: Final = re.compile(rb"(/api/v1/data/[^/]+/by/[^/]+/)(.+)")
"""The address of a record by its value in a unique field, which may be a URL and hold slashes, encoded."""


def require_plain_target(scope: HTTPScope) -> None:
    """Refuse an ambiguous path, and percent signs that encode nothing.

    Raises :class:`~api.errors.MalformedAddress` and ``NotFoundException``.
    """
    path = scope.get("raw_path") or scope["path"].encode(errors="surrogateescape")
    if _SPECIAL.search(path):
        _require_plain_path(path)
    query = scope["query_string"]
    if b"%" in query and _BAD_PERCENT.search(query):
        raise MalformedAddress


def _require_plain_path(path: bytes) -> None:
    _require_text(path)
    keyed = _KEYED.fullmatch(path)
    fixed, value = keyed.groups() if keyed else (path, b"")
    if _AMBIGUOUS.search(fixed) or b"//" in value or b"\\" in value:
        raise NotFoundException
    parts = unquote(value.decode("ascii", "replace")).replace("\\", "/").split("/")
    if not {".", ".."}.isdisjoint([*fixed.decode("ascii", "replace").split("/"), *parts]):
        raise NotFoundException


def _require_text(path: bytes) -> None:
    """Percent signs must encode UTF-8, and no NUL."""
    try:
        text = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise MalformedAddress from None
    if "\0" in text or _BAD_PERCENT.search(path):
        raise MalformedAddress
