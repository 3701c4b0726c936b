"""The parameters of an export that describe its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["DELIMITERS", "ExportFormat", "read_delimiter"]

DELIMITERS: Final[Mapping[str, str]] = {
    ",": ",", ";": ";", "\t": "\t", "|": "|",
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|",
}  # fmt: skip
"""Names of what separates cells."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """The format of an exported file.

    :param mark: whether it begins with a byte order mark, by which Excel knows UTF-8.
    """

    delimiter: str = ","
    mark: bool = False


def read_delimiter(text: str) -> str:
    """Return the character of that name. Raises ValueError."""
    if text.lower() not in DELIMITERS:
        raise ValueError("Must be comma, semicolon, tab or pipe, or the character itself.")
    return DELIMITERS[text.lower()]
