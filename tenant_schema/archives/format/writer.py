"""ArchiveWriter: encodes an archive. Rows in, bytes that are ready out; no input or output of its own."""

from collections.abc import Sequence

from tenant_schema.archives.format.header import opened
from tenant_schema.archives.format.keys import ArchiveKey
from tenant_schema.archives.format.lines import (
    ContentsDigest,
    Manifest,
    TableHeader,
    TableSum,
    encoded_line,
)
from tenant_schema.archives.format.portions import PortionSealer
from tenant_schema.archives.format.zstd import new_compressor

__all__ = ["ArchiveWriter"]


class ArchiveWriter:
    """Writes one archive: ``begin``, then for each table ``table``, ``rows`` as often as needed and
    ``end_table``, then ``finish``. Each returns the bytes that are ready, often none.

    Another order raises :class:`ValueError`; more than an archive may contain ``ArchiveOverLimit``. A call
    takes CPU time in proportion to its rows: about 6 ms for 1 MB.

    :ivar digest: of the contents; empty until ``finish``.
    :ivar sums: of the tables that were ended.
    :ivar byte_count: the bytes that were returned.
    """

    def __init__(self, manifest: Manifest, key: ArchiveKey) -> None:
        self._manifest = manifest
        self._head = key.head
        self._check, portion_key = opened(key.head, key.salt, key.secret)
        self._sealer = PortionSealer(portion_key)
        self._zstd = new_compressor()
        self._contents = ContentsDigest()
        self._is_begun = False
        self.digest = ""
        self.sums: list[TableSum] = []
        self.byte_count = 0

    @property
    def row_count(self) -> int:
        """The rows so far."""
        return self._contents.row_count

    def begin(self) -> bytes:
        """Write the header and the manifest."""
        if self._is_begun:
            raise ValueError("The archive was begun already.")
        self._is_begun = True
        return self._counted(self._head + self._check + self._add(encoded_line(self._manifest)))

    def table(self, header: TableHeader) -> bytes:
        """Begin a table."""
        self._require_open()
        return self._counted(self._add(self._contents.table(header)))

    def rows(self, lines: Sequence[bytes]) -> bytes:
        """Write rows of the table: each a JSON array of the columns' values, without a newline."""
        return self._counted(self._add(self._contents.rows(lines)))

    def end_table(self) -> bytes:
        """End the table with its sum."""
        found = self._contents.end_table()
        self.sums.append(found)
        return self._counted(self._add(encoded_line(found)))

    def finish(self) -> bytes:
        """End the archive. Without these bytes it is none."""
        self._require_open()
        trailer = self._contents.trailer()
        last = self._add(encoded_line(trailer)) + self._sealer.add(self._zstd.flush())
        self.digest = trailer.digest
        return self._counted(last + self._sealer.finish())

    def _require_open(self) -> None:
        if not self._is_begun or self.digest:
            raise ValueError("The archive was not begun, or is finished.")

    def _add(self, line: bytes) -> bytes:
        return self._sealer.add(self._zstd.compress(line))

    def _counted(self, data: bytes) -> bytes:
        self.byte_count += len(data)
        return data
