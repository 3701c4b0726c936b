"""Reading CSV as people have it: with or without a byte order mark, split by comma, semicolon or tab. No more
than a line is in memory.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final, TypeAlias

from tenant_schema.records.errors import UnreadableCsv

__all__ = ["CsvSource", "File", "Line"]

_DELIMITERS: Final = (",", ";", "\t")
_LONGEST_LINE: Final = 4 * 1024 * 1024
"""Characters of one line: enough for every field at its longest, and a bound for a file without line ends."""
_LONGEST_CELL: Final = 1024 * 1024

File: TypeAlias = io.BufferedRandom | io.BytesIO
Line: TypeAlias = tuple[int, list[str]]
"""The number of a record's first line, from 1, and its cells."""


class CsvSource:
    """The records of a CSV file: RFC 4180, in UTF-8. The file stays open.

    Raises :class:`UnreadableCsv` where the file is not that; the line at which it goes wrong is in it.
    """

    def __init__(self, file: File) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="strict", newline="")
        self._line = 0

    def __enter__(self) -> "CsvSource":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.detach()

    def header(self) -> list[str]:
        """The cells of the first record. Finds out the delimiter; to be called before :meth:`lines`."""
        try:
            start = self._text.read(64 * 1024)
        except UnicodeDecodeError as error:
            raise UnreadableCsv(1, _not_unicode(error)) from error
        self._text.seek(0)
        self._reader = csv.reader(self._bounded(), delimiter=_delimiter_of(start), strict=True)
        first = next(self._lines(), None)
        if first is None:
            raise UnreadableCsv(1, "The file is empty: its first line has to name the columns.")
        return [cell.strip() for cell in first[1]]

    def lines(self) -> Iterator[Line]:
        """The other records, without blank lines."""
        for number, cells in self._lines():
            if any(cells):
                yield number, cells

    def _lines(self) -> Iterator[Line]:
        while True:
            started = self._line + 1
            previous = csv.field_size_limit(_LONGEST_CELL)
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableCsv(started, f"This is not CSV: {error}.") from error
            except UnicodeDecodeError as error:
                raise UnreadableCsv(self._line + 1, _not_unicode(error)) from error
            finally:
                csv.field_size_limit(previous)
            yield started, cells

    def _bounded(self) -> Iterator[str]:
        """Lines of the file; one that does not end in time is refused, not read on."""
        while text := self._text.readline(_LONGEST_LINE):
            if len(text) == _LONGEST_LINE:
                raise UnreadableCsv(self._line + 1, "The line is too long.")
            if "\0" in text:
                raise UnreadableCsv(self._line + 1, "There is a NUL in the line.")
            self._line += 1
            yield text


def _delimiter_of(start: str) -> str:
    """What splits the first line, outside of quotes."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    for character in start:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            break
        elif not quoted and character in counts:
            counts[character] += 1
    return max(_DELIMITERS, key=lambda one: counts[one])


def _not_unicode(error: UnicodeDecodeError) -> str:
    if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "The file is in UTF-16; save it as CSV in UTF-8."
    return "The file is not in UTF-8."
