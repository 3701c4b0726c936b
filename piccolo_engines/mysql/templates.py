"""Compiles QueryStrings to text with ``%s`` for each value, and a list of the values."""

import datetime as dt
import functools
import re
import uuid
from collections.abc import Sequence
from decimal import Decimal
from string import Formatter
from types import NoneType
from typing import Any

from piccolo.querystring import QueryString

__all__ = ["VALUES", "compiled", "compiled_flat"]

VALUES = frozenset(
    (
        *(str, int, float, bool, bytes, NoneType, uuid.UUID, Decimal),
        *(dt.datetime, dt.date, dt.time, dt.timedelta),
    )
)
"""Types that are certainly not a QueryString. Checking for an abstract class takes longer."""

_CAST = re.compile(r"^::[A-Za-z]+(?:\[\])?")


@functools.lru_cache(maxsize=4096)
def _parse(template: str) -> tuple[tuple[str, bool], ...]:
    """Return the parts of a template, each with whether a value follows it, and with ``%`` doubled.

    PostgreSQL's casts of values (``{}::INTEGER``) are omitted: literals have their own type.
    """
    pieces = []
    follows = False
    for text, field, _, _ in Formatter().parse(template):
        piece = _CAST.sub("", text) if follows else text
        follows = field is not None
        pieces.append((piece.replace("%", "%%"), follows))
    return tuple(pieces)


@functools.lru_cache(maxsize=4096)
def _text(template: str) -> tuple[str, int]:
    """Return a compiled template whose arguments are values, and their number."""
    pieces = _parse(template)
    return "".join(piece + "%s" * follows for piece, follows in pieces), sum(follows for _, follows in pieces)


def compiled_flat(template: str) -> str:
    """Return a compiled template whose arguments are values."""
    return _text(template)[0]


def compiled(querystring: QueryString) -> tuple[str, list[Any]]:
    """Return the SQL of a QueryString with ``%s`` for each value, and the values.

    Any other ``%`` is doubled. Replaces Piccolo's ``QueryString.compile_string``, which does not know the
    engine. A frozen QueryString returns what it was frozen with.
    """
    if querystring._frozen_compiled_strings is not None:
        return querystring._frozen_compiled_strings
    if _is_flat(querystring.args) and not hasattr(querystring, "mysql_form"):
        text, count = _text(querystring.template)
        if count == len(querystring.args):
            return text, list(querystring.args)
    pieces: list[str] = []
    args: list[Any] = []
    _flatten(querystring, pieces, args)
    return "".join(pieces), args


def _is_flat(args: Sequence[Any]) -> bool:
    return not any(type(arg) not in VALUES and isinstance(arg, QueryString) for arg in args)


def _flatten(querystring: QueryString, text: list[str], args: list[Any]) -> None:
    querystring = getattr(querystring, "mysql_form", None) or querystring
    values = iter(querystring.args)
    for piece, follows in _parse(querystring.template):
        text.append(piece)
        if not follows:
            continue
        value = next(values)
        if type(value) not in VALUES and isinstance(value, QueryString):
            _flatten(value, text, args)
        else:
            text.append("%s")
            args.append(value)
