"""Parses lists of values in a query string, for ``in``, ``nin`` and ``between``.

Commas separate values. A value that holds a comma or begins with a quote stands in double quotes, and a quote
within those is doubled, as in CSV (RFC 4180)::

    red,blue               two values
    "Doe, John",Smith      Doe, John and Smith
    "3 "" pipe",19" rack   3 " pipe and 19" rack
"""

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["MalformedList", "join_values", "split_values"]

_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_BARE: Final = re.compile(r"[^,]*")


class MalformedList(ValueError):
    """A quote that is not closed, or something between a closing quote and the next comma."""


def split_values(text: str, most: int) -> list[str]:
    """Return the values; no further than one more than ``most``. Raises :class:`MalformedList`.

    >>> split_values('"Doe, John",Smith', 9)
    ['Doe, John', 'Smith']
    """
    if '"' not in text:
        return text.split(",", most)
    values: list[str] = []
    at = 0
    while len(values) <= most:
        found = _QUOTED.match(text, at) if text.startswith('"', at) else _BARE.match(text, at)
        if found is None:
            raise MalformedList('A value that begins with " ends with ", and a " within it is doubled.')
        values.append(found[0] if found.re is _BARE else found[1].replace('""', '"'))
        at = found.end()
        if at == len(text):
            break
        if text[at] != ",":
            raise MalformedList('After the " that ends a value comes a comma; a " within a value is doubled.')
        at += 1
    return values


def join_values(values: Iterable[str]) -> str:
    """Return the text that :func:`split_values` takes apart into these values.

    >>> join_values(["Doe, John", "Smith"])
    '"Doe, John",Smith'
    """
    return ",".join(_quoted(value) if "," in value or value.startswith('"') else value for value in values)


def _quoted(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
