"""Files in the tenant's database, in parts: what is imported, and the lines that were not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import Final
from uuid import UUID

from tenant_schema.records.csv.source import File
from tenant_schema.records.tables import RecordImportPart

__all__ = ["parts_of", "portions_of", "received", "write_part"]

_PART: Final = 256 * 1024
"""The maximum number of bytes of a part of a received file."""

_part = RecordImportPart


async def write_part(import_id: UUID, position: int, content: bytes, *, failed: bool = False) -> None:
    """Insert a part, unless there is one at this position. 1 statement."""
    part = _part(record_import=import_id, failed=failed, position=position, content=content)
    place = (_part.record_import, _part.failed, _part.position)
    await _part.insert(part).on_conflict(target=place, action="DO NOTHING")


async def parts_of(import_id: UUID, *, failed: bool = False) -> AsyncIterator[bytes]:
    """Yield the parts in order. 1 statement for each."""
    last = -1
    while True:
        is_next = (_part.record_import == import_id) & _part.failed.eq(failed) & (_part.position > last)
        rows = _part.select(_part.position, _part.content).where(is_next).order_by(_part.position)
        row = await rows.first()
        if row is None:
            return
        last = row["position"]
        yield bytes(row["content"])


def portions_of(file: File) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of a file with their positions."""
    file.seek(0)
    yield from enumerate(iter(lambda: file.read(_PART), b""))


@asynccontextmanager
async def received(import_id: UUID) -> AsyncIterator[File]:
    """The file, on the disk of this machine until the block ends."""
    with TemporaryFile() as file:
        async for content in parts_of(import_id):
            file.write(content)
        file.seek(0)
        yield file
