"""LineParser: parses the lines of an archive as they come in, and checks their order, counts and sums."""

from collections.abc import Iterator
from typing import Final, TypeVar

import msgspec

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveOverLimit
from tenant_schema.archives.format.limits import MAX_LINE
from tenant_schema.archives.format.lines import (
    FORMAT,
    ContentsDigest,
    Item,
    Manifest,
    Rows,
    TableHeader,
    TableSum,
    Trailer,
)

__all__ = ["LineParser"]

_Value = TypeVar("_Value")
_OBJECT: Final = b"{"
_ROW: Final = b"["


class LineParser:
    """Turns plaintext into items. Raises :class:`~tenant_schema.archives.format.errors.ArchiveDamaged`."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._contents = ContentsDigest()
        self._has_manifest = False
        self._trailer: Trailer | None = None

    def feed(self, data: bytes) -> Iterator[Item]:
        """Take more plaintext, and yield the items that are complete."""
        first, end = data.find(b"\n"), data.rfind(b"\n") + 1
        if len(self._rest) + (first if end else len(data)) > MAX_LINE:
            raise ArchiveDamaged("A line of the archive is too long.")
        if not end:
            self._rest += data
            return
        complete = bytes(self._rest) + data[:end]
        self._rest = bytearray(data[end:])
        yield from self._parsed(complete)

    def finish(self) -> Iterator[Item]:
        """Check that the last line was the trailer."""
        if self._rest or self._trailer is None:
            raise ArchiveDamaged("The archive ends too early.")
        yield from ()

    def _parsed(self, text: bytes) -> Iterator[Item]:
        """Yield the items of whole lines. Newlines inside of JSON are escaped, so ``\\n{`` begins a line."""
        start = 0
        while start < len(text):
            if text[start : start + 1] == _OBJECT:
                end = text.index(b"\n", start) + 1
                yield self._object(text[start:end])
            else:
                end = text.find(b"\n{", start) + 1 or len(text)
                yield self._rows(text[start:end])
            start = end

    def _rows(self, text: bytes) -> Rows:
        lines = text[:-1].split(b"\n")
        if not self._contents.is_in_table or text.count(b"\n[") + text.startswith(_ROW) != len(lines):
            raise ArchiveDamaged("A line of the archive is in the wrong place.")
        self._contents.add(text, len(lines))
        return Rows(lines)

    def _object(self, line: bytes) -> Item:
        if self._trailer is not None:
            raise ArchiveDamaged("Something follows the end of the archive.")
        if not self._has_manifest:
            return self._manifest(line)
        if self._contents.is_in_table:
            return self._end_of_table(line)
        if line.startswith(b'{"table":'):
            return self._begin_of_table(line)
        return self._end(line)

    def _manifest(self, line: bytes) -> Manifest:
        manifest = _decoded(line, Manifest)
        if manifest.format != FORMAT:
            raise ArchiveDamaged(f"The archive has format {manifest.format}; this version reads {FORMAT}.")
        self._has_manifest = True
        return manifest

    def _begin_of_table(self, line: bytes) -> TableHeader:
        header = _decoded(line, TableHeader)
        try:
            self._contents.begin(header, line)
        except (ValueError, ArchiveOverLimit) as error:
            raise ArchiveDamaged(f"A table of the archive cannot be read. {error}") from None
        return header

    def _end_of_table(self, line: bytes) -> TableSum:
        found = self._contents.end_table()
        if _decoded(line, TableSum) != found:
            raise ArchiveDamaged("The rows of a table do not have its sum.")
        return found

    def _end(self, line: bytes) -> Trailer:
        self._trailer = self._contents.trailer()
        if _decoded(line, Trailer) != self._trailer:
            raise ArchiveDamaged("The tables do not have the digest of the archive.")
        return self._trailer


def _decoded(line: bytes, kind: type[_Value]) -> _Value:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ArchiveDamaged("A line of the archive is damaged.") from None
