"""ArchiveReader: decodes an archive. Bytes in, items out; no input or output of its own.

Whatever it yields before :meth:`ArchiveReader.close` has returned and was read to its end is provisional: it
may be the beginning of an archive that was cut off. Nothing of it may take effect until then.
"""

from collections.abc import Iterator
from typing import Final

from tenant_schema.archives.format.errors import ArchiveDamaged
from tenant_schema.archives.format.header import (
    CHECK,
    Header,
    header_size,
    opened,
    parsed_header,
    require_check,
)
from tenant_schema.archives.format.keys import Unlock
from tenant_schema.archives.format.lines import Item
from tenant_schema.archives.format.parser import LineParser
from tenant_schema.archives.format.portions import PortionOpener
from tenant_schema.archives.format.zstd import ZstdError, new_decompressor

__all__ = ["ArchiveReader"]

_PIECE: Final = 262_144
"""Bytes that are decompressed before their lines are yielded."""


class ArchiveReader:
    """Reads one archive. Uses memory for two portions and the longest line, whatever the archive contains.

    Each method raises :class:`~tenant_schema.archives.format.errors.ArchiveDamaged` for bytes that are not
    those of an archive, and :class:`~tenant_schema.archives.format.errors.ArchiveLocked`.

    :param unlock: opens one of the key slots.
    :param max_plaintext: bytes of lines that are read at most; None for any number.
    """

    def __init__(self, unlock: Unlock, *, max_plaintext: int | None = None) -> None:
        self._unlock = unlock
        self._max_plaintext = max_plaintext
        self._head = bytearray()
        self._opener: PortionOpener | None = None
        self._zstd = new_decompressor()
        self._parser = LineParser()
        self.header: Header | None = None
        self.byte_count = 0
        self.plaintext_count = 0

    def feed(self, data: bytes) -> Iterator[Item]:
        """Take more bytes, and yield what they complete.

        Nothing happens until the iterator is read: read it to its end before the next call.
        """
        self.byte_count += len(data)
        opener = self._opener
        if opener is None:
            self._head += data
            opener, data = self._open_head()
        if opener is not None:
            for portion in opener.add(data):
                yield from self._items(portion)

    def close(self) -> Iterator[Item]:
        """Yield what the last portion contains, and check that the archive is complete.

        The archive counts as read when the iterator is exhausted.
        """
        if self._opener is None:
            raise ArchiveDamaged("The archive ends too early.")
        yield from self._items(self._opener.finish())
        if not self._zstd.eof:
            raise ArchiveDamaged("The archive ends too early.")
        yield from self._parser.finish()

    def _open_head(self) -> tuple[PortionOpener | None, bytes]:
        """Open the header as soon as it is complete, and return what opens the portions, and their bytes."""
        size = header_size(bytes(self._head[:64]))
        if size is None or len(self._head) < size + CHECK:
            return None, b""
        prefix = bytes(self._head[:size])
        self.header = parsed_header(prefix)
        archive_key = self._unlock(self.header)
        check, portion_key = opened(prefix, self.header.salt_bytes, archive_key)
        require_check(bytes(self._head[size : size + CHECK]), check)
        rest = bytes(self._head[size + CHECK :])
        self._head.clear()
        self._opener = PortionOpener(portion_key)
        return self._opener, rest

    def _items(self, portion: bytes) -> Iterator[Item]:
        data = portion
        while data or not self._zstd.needs_input:
            yield from self._parser.feed(self._decompressed(data))
            data = b""
            if self._zstd.eof:
                if self._zstd.unused_data:
                    raise ArchiveDamaged("Something follows the end of the archive.")
                return

    def _decompressed(self, data: bytes) -> bytes:
        if self._zstd.eof:
            raise ArchiveDamaged("Something follows the end of the archive.")
        try:
            piece = self._zstd.decompress(data, _PIECE)
        except ZstdError:
            raise ArchiveDamaged("The archive cannot be decompressed.") from None
        self.plaintext_count += len(piece)
        if self._max_plaintext is not None and self.plaintext_count > self._max_plaintext:
            raise ArchiveDamaged(f"The archive contains more than {self._max_plaintext} bytes.")
        return piece
