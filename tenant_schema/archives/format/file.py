"""Archives as files: read without a database, in constant memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from tenant_schema.archives.format.errors import ArchiveDamaged
from tenant_schema.archives.format.header import Header, header_size, parsed_header
from tenant_schema.archives.format.keys import Unlock
from tenant_schema.archives.format.limits import MAX_HEADER
from tenant_schema.archives.format.lines import (
    Item,
    Manifest,
    Rows,
    TableHeader,
    TableSum,
    Trailer,
    decoded_rows,
)
from tenant_schema.archives.format.reader import ArchiveReader

__all__ = ["VerifiedArchive", "opened_manifest", "read_header", "verified"]

_PIECE: Final = 1_048_576
_HEAD: Final = MAX_HEADER + 64


class VerifiedArchive(NamedTuple):
    """What an archive contains that was read completely."""

    archive: UUID
    bytes: int
    manifest: Manifest
    sums: tuple[TableSum, ...]
    trailer: Trailer


def read_header(path: Path) -> Header:
    """Return the header of an archive, which is not proven to be whole.

    Raises :class:`~tenant_schema.archives.format.errors.ArchiveDamaged`, :class:`OSError`.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    size = header_size(head)
    if size is None or len(head) < size:
        raise ArchiveDamaged("The archive ends too early.")
    return parsed_header(head[:size])


def opened_manifest(path: Path, unlock: Unlock) -> Manifest:
    """Return the manifest of an archive, without reading the rest of it.

    Raises :class:`~tenant_schema.archives.format.errors.ArchiveError`, :class:`OSError`.
    """
    for item in _items(path, ArchiveReader(unlock)):
        assert isinstance(item, Manifest)  # the reader yields nothing before it
        return item
    raise ArchiveDamaged("The archive ends too early.")


def verified(path: Path, unlock: Unlock, progress: Callable[[int, int], None]) -> VerifiedArchive:
    """Read an archive completely: every sum is compared and every row parsed.

    Raises :class:`~tenant_schema.archives.format.errors.ArchiveError`, :class:`OSError`.

    :param progress: called with the bytes and rows so far.
    """
    reader = ArchiveReader(unlock)
    sums, rows = [], 0
    manifest: Manifest | None = None
    table: TableHeader | None = None
    trailer: Trailer | None = None
    for item in _items(path, reader):
        match item:
            case Manifest():
                manifest = item
            case TableHeader():
                table = item
            case Rows():
                assert table is not None
                rows += len(decoded_rows(table, item))
                progress(reader.byte_count, rows)
            case TableSum():
                sums.append(item)
            case Trailer():
                trailer = item
    assert manifest is not None
    assert trailer is not None
    assert reader.header is not None
    return VerifiedArchive(reader.header.archive, reader.byte_count, manifest, tuple(sums), trailer)


def _items(path: Path, reader: ArchiveReader) -> Iterator[Item]:
    with path.open("rb") as stream:
        while data := stream.read(_PIECE):
            yield from reader.feed(data)
    yield from reader.close()
