"""Reads CSV files in several encodings and with several delimiters. Skips blank lines above the header, and
reads a line ``sep=;`` as a delimiter. Holds one record in memory at a time.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from tenant_schema.records.csv.file_format import BLANKS, MOST_ABOVE, CsvFormat
from tenant_schema.records.errors import UnreadableCsv

__all__ = ["CsvSource", "File", "Line", "trimmed"]

_DELIMITERS: Final = ("\t", "|", ";", ",")
"""Delimiters in order of preference, if two split the lines equally well: commas are frequent in texts."""
_LONGEST_LINE: Final = 4 * 1024 * 1024
"""The maximum number of characters of a record, and of what is above the head. It allows every field at its
maximum length, and bounds files without line ends or with an unclosed quote.
"""
_MOST_LINES: Final = 20_000
"""The maximum number of lines of a record; cells may contain line breaks."""
_LONGEST_CELL: Final = 1024 * 1024
_SAMPLE: Final = 64 * 1024
_SAMPLED_LINES: Final = 100
_MOST_CELLS: Final = 10_000
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NOT_CSV: Final = (
    (b"PK\x03\x04", "This is a workbook or an archive, not CSV: save the sheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "This is a workbook, not CSV: save the sheet as CSV."),
    (b"%PDF", "This is a PDF, not CSV."),
    (b"\x1f\x8b", "This is a compressed file: unpack it first."),
)
_SEPARATOR: Final = re.compile(r'\ufeff?"?sep=([^\w"\r\n])"?\s*', re.IGNORECASE)
_BLANK: Final = f"[{BLANKS}]*+"
_UNDECODED: Final = re.compile("[\udc80-\udcff]")

File: TypeAlias = io.BufferedRandom | io.BytesIO
Line: TypeAlias = tuple[int, list[str]]
"""The number of a record's first line (from 1), and its cells."""


def trimmed(text: str) -> str:
    """Return the text without surrounding spaces. Tabs and line breaks are kept."""
    return text.strip(BLANKS)


class CsvSource:
    """The records of a CSV file (RFC 4180, and the variants that spreadsheets write). Does not close the
    file.

    Raises :class:`UnreadableCsv`, with the line of the error, for an invalid file.

    :ivar encoding: the name of the codec.
    :ivar delimiter: the delimiter of cells.
    :ivar header_line: the line of the head; 0 if there is none.
    """

    def __init__(self, file: File, form: CsvFormat | None = None) -> None:
        self._file, self._form = file, form or CsvFormat()
        self.encoding = _encoding(file, self._form)
        self.delimiter = ","
        self.header_line = 0
        self._text: io.TextIOWrapper | None = None

    def __enter__(self) -> "CsvSource":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def header(self) -> list[str]:
        """Return the heads, or the numbers of the columns from 1 if there are none. Detects the delimiter;
        call it before :meth:`lines`.
        """
        self._find_delimiter()
        self._start()
        first = next(self._lines(), None)
        if first is None:
            what = "at least one line" if self._form.header == 0 else "a line that names the columns"
            raise UnreadableCsv(1, f"The file is empty: it has to hold {what}.")
        number, cells = first
        if self._form.header == 0:
            self._start()
            return [str(place) for place in range(1, len(cells) + 1)]
        self.header_line = number
        return [name.strip().strip(BLANKS) for name in cells]

    @property
    def position(self) -> int:
        """The number of bytes that are read from the file, some of them ahead."""
        return self._file.tell()

    def rewind(self) -> None:
        """Rewind to the first line after the head."""
        self._start()
        if self.header_line:
            next(self._lines())

    def lines(self) -> Iterator[Line]:
        """Yield the records after the head. A record of blank cells is yielded without cells, so that a
        caller that skips many of them can let others run.
        """
        for number, cells in self._lines():
            yield number, cells if any(cell and not cell.isspace() for cell in cells) else []

    def _open(self) -> io.TextIOWrapper:
        self._close()
        self._file.seek(0)
        errors = "strict" if self.encoding.startswith("utf-16") else "surrogateescape"
        self._text = io.TextIOWrapper(self._file, encoding=self.encoding, errors=errors, newline="")
        self._line, self._size, self._started, self._record = 0, 0, 1, list[str]()
        return self._text

    def _close(self) -> None:
        if self._text is not None:
            self._text.detach()
            self._text = None

    def _start(self) -> None:
        """Open the file and skip to the head, or without one to the first record."""
        self._open()
        lines, wanted = self._bounded(), self._form.header or 0
        blanks = f'{BLANKS}\r\n{self.delimiter}"'
        for text in lines:
            if self._line > MOST_ABOVE:
                raise UnreadableCsv(self._line, f"The first {MOST_ABOVE:,} lines are blank.")
            is_above = self._line < wanted or not text.strip(blanks)
            if not is_above and not (self._line == 1 and _SEPARATOR.fullmatch(text)):
                self._line -= 1
                lines = self._again(text, lines)
                break
        self._reader = csv.reader(lines, delimiter=self.delimiter, strict=True, skipinitialspace=True)

    def _again(self, first: str, lines: Iterator[str]) -> Iterator[str]:
        self._line += 1
        self._record.append(first)
        yield first
        yield from lines

    def _find_delimiter(self) -> None:
        """Set the delimiter: from the options, a line ``sep=``, or the most even split of the first lines."""
        try:
            sample = self._open().read(_SAMPLE)
        except UnicodeDecodeError as error:
            raise UnreadableCsv(1, _undecodable(self.encoding)) from error
        bad = _UNDECODED.search(sample)
        if bad is not None:
            line = len(re.findall(r"\r\n|\r|\n", sample[: bad.start()])) + 1
            raise UnreadableCsv(line, _undecodable(self.encoding))
        declared = _SEPARATOR.match(sample)
        if self._form.delimiter is not None:
            self.delimiter = self._form.delimiter
        elif declared is not None:
            self.delimiter = declared[1]
        else:
            self.delimiter = _delimiter_of(sample, self._form.header or 0)

    def _lines(self) -> Iterator[Line]:
        while True:
            started = self._started = self._line + 1
            self._size = 0
            self._record.clear()
            previous = csv.field_size_limit(_LONGEST_CELL)
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = _cells_with_blanks("".join(self._record), self.delimiter)
                if not cells:
                    raise UnreadableCsv(started, _explained(error)) from error
            except UnicodeDecodeError as error:
                raise UnreadableCsv(self._line + 1, _undecodable(self.encoding)) from error
            finally:
                csv.field_size_limit(previous)
            if len(cells) > _MOST_CELLS:
                raise UnreadableCsv(started, f"There are more than {_MOST_CELLS:,} cells in the line.")
            yield started, cells

    def _bounded(self) -> Iterator[str]:
        """Yield the file's lines. Raises :class:`UnreadableCsv` for a record that is too long."""
        assert self._text is not None, "open"
        while text := self._text.readline(_LONGEST_LINE):
            self._size += len(text)
            if self._size >= _LONGEST_LINE or self._line - self._started >= _MOST_LINES:
                raise UnreadableCsv(self._started, "The line is too long; is a quote not closed?")
            if "\0" in text:
                message = "There is a NUL in the line; if the file is in UTF-16, set encoding=utf-16le."
                raise UnreadableCsv(self._line + 1, message)
            if not text.isascii() and _UNDECODED.search(text) is not None:
                raise UnreadableCsv(self._line + 1, _undecodable(self.encoding))
            self._line += 1
            self._record.append(text)
            yield text


def _cells_with_blanks(record: str, delimiter: str) -> list[str]:
    """Return the cells of a record with blanks after closing quotes, which Python's csv module refuses. Empty
    if the record is invalid for another reason, or long.
    """
    if len(record) > _SAMPLE:
        return []
    mark = re.escape(delimiter)
    cell = re.compile(
        rf'{_BLANK}(?:"((?:[^"]|"")*+)"{_BLANK}|([^{mark}"\r\n][^{mark}\r\n]*+)?)({mark}|[\r\n]*$)'
    )
    cells, at = list[str](), 0
    while (found := cell.match(record, at)) is not None:
        cells.append((found[2] or "") if found[1] is None else found[1].replace('""', '"'))
        at = found.end()
        if found[3] != delimiter:
            return cells
    return []


def _explained(error: csv.Error) -> str:
    """Return the message for an error of Python's csv module."""
    if "expected after" in str(error):
        return (
            "Something stands behind the quote that ends a cell: a quote within a quoted cell is doubled, as "
            'in "6"" pipe".'
        )
    return f"This is not CSV: {error}; is a quote not closed?"


def _encoding(file: File, form: CsvFormat) -> str:
    """Return the file's codec: from its byte order mark, the options, or UTF-8."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    for magic, message in _NOT_CSV:
        if start.startswith(magic):
            raise UnreadableCsv(1, message)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return codec
    return "utf-8-sig" if form.encoding in {None, "utf-8"} else str(form.encoding)


def _delimiter_of(sample: str, header: int) -> str:
    """Return the delimiter with which most of the first records have as many cells as the head; of several,
    the one with the most cells.
    """
    lines = sample.splitlines(keepends=True)[max(0, header - 1) :]
    if len(sample) == _SAMPLE:
        lines = lines[:-1] or lines
    scores = {one: _evenness(lines, one) for one in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda one: scores[one])
    return best if scores[best][1] else ","


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    counts = list[int]()
    try:
        for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            if any(cell.strip() for cell in cells):
                counts.append(len(cells))
            if len(counts) == _SAMPLED_LINES:
                break
    except csv.Error:
        pass
    if not counts or counts[0] < 2:
        return 0, 0
    return sum(count == counts[0] for count in counts) / len(counts), counts[0]


def _undecodable(encoding: str) -> str:
    if encoding.startswith("utf-8"):
        return (
            "The file is not in UTF-8. If it comes from Excel on Windows, set encoding=windows-1252 (or the "
            "encoding that it is in)."
        )
    return f"The file is not in {encoding}: set encoding to the one that it is in."
