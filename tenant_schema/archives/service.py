"""TenantArchives: writes the bound tenant's database as an archive, and loads one into a new database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from piccolo_conf import DB
from piccolo_engines.bulk.tables import BulkTable
from piccolo_engines.bulk.transactions import BulkEngine, Snapshot
from piccolo_engines.columns import utc_now
from piccolo_engines.limits import without_limit
from tenant_schema.archives.contents.errors import ContentsDiffer, ContentsInvalid
from tenant_schema.archives.contents.load import ContentsLoad, LoadedTable
from tenant_schema.archives.contents.read import Moment, moment, pages
from tenant_schema.archives.contents.tables import Convert, header_of
from tenant_schema.archives.contents.versions import count_from_now
from tenant_schema.archives.format.keys import ArchiveKey, Unlock
from tenant_schema.archives.format.lines import (
    ArchivedTenant,
    ContentsDigest,
    Item,
    Manifest,
    Rows,
    TableHeader,
    TableSum,
)
from tenant_schema.archives.format.reader import ArchiveReader
from tenant_schema.archives.format.writer import ArchiveWriter

__all__ = ["ContentsSum", "Loaded", "MigrateTo", "Progress", "Report", "TenantArchives", "Written"]

_AHEAD: Final = 4
"""Pieces of an archive that are written before somebody takes them."""
_ITEMS: Final = 4
"""Items of an archive that are decoded at a time: each is of some hundred kilobytes at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far writing or loading is.

    :ivar rows: so far. :ivar of: all of them; None if that is not known.
    :ivar size: bytes of the archive so far.
    """

    rows: int
    of: int | None
    size: int


Report = Callable[[Progress], None]
MigrateTo = Callable[[Manifest | None], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ContentsSum:
    """The digest of a database's contents, and the number of its rows."""

    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded.

    :ivar digest: of the archive. :ivar rows: of the archive, with those that were left out.
    :ivar left_out: rows that another tenant does not get, by table.
    """

    manifest: Manifest
    digest: str
    rows: int
    left_out: Mapping[str, int]


@dataclass(slots=True)
class Written:
    """What was written; complete when the archive is.

    :ivar manifest: None until it is written. :ivar digest: empty until the end.
    """

    manifest: Manifest | None = None
    digest: str = ""
    rows: int = 0
    size: int = 0


class TenantArchives:
    """Archives of the bound tenant.

    :param product: the version of Freehold.
    """

    def __init__(self, product: str) -> None:
        self._product = product

    async def write(
        self,
        about: ArchivedTenant,
        key: ArchiveKey,
        *,
        open_secret: Convert,
        level: str = "",
        report: Report | None = None,
        written: Written | None = None,
    ) -> AsyncIterator[bytes]:
        """Yield the bytes of an archive of the database as it is now.

        The tenant may be served meanwhile; only changes of its objects have to wait on MySQL and MariaDB.
        Raises :class:`~tenant_schema.archives.contents.errors.ContentsBusy`, and what engines raise.

        :param open_secret: opens a secret that is sealed for the tenant.
        :param level: of the database by the registry.
        :param written: receives what was written.
        """
        queue: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)
        into = written or Written()
        work = _Writing(self._product, about, level, key, report, into, queue)
        task = asyncio.create_task(work.run(open_secret))  # its context is its own, with its transaction
        try:
            async for data in _taken(queue, task):
                yield data
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def load(
        self,
        source: AsyncIterator[bytes],
        unlock: Unlock,
        *,
        migrate_to: MigrateTo,
        open_secret: Convert,
        seal_secret: Convert,
        as_other_tenant: bool,
        report: Report | None = None,
    ) -> Loaded:
        """Load an archive into the bound database, which is empty, and read it again to compare its digest.

        Whoever calls drops the database after an error: what was loaded until then stays. Raises
        :class:`~tenant_schema.archives.format.errors.ArchiveError` and what engines raise.

        :param migrate_to: runs the migrations of a manifest, first; with None the rest of them, when all rows
            are there.
        :param open_secret: opens a secret that is sealed for this tenant. :param seal_secret: seals one.
        :param as_other_tenant: whether the tenant is another one than that of the archive: what is bound to
            that is left out.
        """
        reading = _Reading(source, ArchiveReader(unlock))
        items = reading.items()
        manifest = await anext(items, None)
        if not isinstance(manifest, Manifest):
            raise ContentsInvalid("The archive is empty.")
        await migrate_to(manifest)
        with without_limit():
            async with cast("BulkEngine", DB.bound).load() as transaction:
                contents = ContentsLoad(transaction, open_secret, seal_secret, as_other_tenant)
                try:
                    digest = await _load_items(items, contents, manifest, reading.reader, report)
                    await contents.finish()
                except BaseException:
                    await contents.give_up()
                    raise
            await _require_equal(contents.loaded)
        await migrate_to(None)
        await count_from_now()
        return Loaded(manifest, digest, contents.rows, contents.left_out)

    async def digest(self, *, open_secret: Convert) -> ContentsSum:
        """Return the digest of the database as it is now: that of an archive that is written now."""
        contents = ContentsDigest()
        async with moment(open_secret) as now:
            for table in now.tables:
                await _add_table(now.snapshot, table, contents)
        return ContentsSum(contents.finish(), contents.row_count)


@dataclass(slots=True)
class _Writing:
    """One archive that is being written, piece by piece into a queue."""

    product: str
    about: ArchivedTenant
    level: str
    key: ArchiveKey
    report: Report | None
    written: Written
    queue: "asyncio.Queue[bytes]"

    async def run(self, open_secret: Convert) -> None:
        async with moment(open_secret) as now:
            total = None if self.report is None else await now.count()
            self.written.manifest = manifest = self._manifest(now, total)
            writer = ArchiveWriter(manifest, self.key)
            await self._put(writer.begin(), writer, total)
            for table in now.tables:
                await self._put(writer.table(header_of(table)), writer, total)
                async for lines in pages(now.snapshot, table):
                    await self._put(await asyncio.to_thread(writer.rows, lines), writer, total)
                await self._put(writer.end_table(), writer, total)
            await self._put(writer.finish(), writer, total)
            self.written.digest = writer.digest

    def _manifest(self, now: Moment, total: int | None) -> Manifest:
        return Manifest(
            product=self.product,
            taken_at=utc_now(),
            tenant=self.about,
            engine=now.database,
            level=self.level,
            migrations=now.migrations,
            details={} if total is None else {"rows": total},
        )

    async def _put(self, data: bytes, writer: ArchiveWriter, total: int | None) -> None:
        self.written.rows, self.written.size = writer.row_count, writer.byte_count
        if self.report is not None:
            self.report(Progress(writer.row_count, total, writer.byte_count))
        if data:
            await self.queue.put(data)


async def _taken(queue: "asyncio.Queue[bytes]", task: "asyncio.Task[None]") -> AsyncIterator[bytes]:
    """Yield what the task puts into the queue, until it ends. Raises its error."""
    while not (task.done() and queue.empty()):
        getting = asyncio.ensure_future(queue.get())
        try:
            await asyncio.wait({getting, task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not getting.done():
                getting.cancel()
        if getting.done() and not getting.cancelled():
            yield getting.result()
    await task


@dataclass(slots=True)
class _Reading:
    """An archive that is being read."""

    source: AsyncIterator[bytes]
    reader: ArchiveReader

    async def items(self) -> AsyncIterator[Item]:
        """Yield the items. What comes before the end of the iterator is provisional."""
        async for data in self.source:
            async for item in _in_thread(self.reader.feed(data)):
                yield item
        async for item in _in_thread(self.reader.close()):
            yield item


async def _in_thread(items: Iterator[Item]) -> AsyncIterator[Item]:
    """Decode some items at a time: opening a key slot takes a second, and a portion some milliseconds."""
    while some := await asyncio.to_thread(lambda: list(islice(items, _ITEMS))):
        for item in some:
            yield item


async def _load_items(
    items: AsyncIterator[Item],
    contents: ContentsLoad,
    manifest: Manifest,
    reader: ArchiveReader,
    report: Report | None,
) -> str:
    """Load all items behind the manifest. Returns the archive's digest, once it has been read to its end."""
    digest, of = "", manifest.details.get("rows")
    total = of if isinstance(of, int) else None
    async for item in items:
        match item:
            case TableHeader():
                contents.table(item)
            case Rows():
                await contents.add(item)
                if report is not None:
                    report(Progress(contents.rows, total, reader.byte_count))
            case TableSum():
                await contents.end_table(item)
            case Manifest():
                raise ContentsInvalid("The archive has two manifests.")
            case _:
                digest = item.digest
    return digest


async def _require_equal(loaded: Sequence[LoadedTable]) -> None:
    """Read the loaded tables again. Raises :class:`ContentsDiffer`."""
    contents = ContentsDigest()
    async with cast("BulkEngine", DB.bound).snapshot() as snapshot:
        for one in loaded:
            found = await _add_table(snapshot, one.table, contents)
            if found != one.sum:
                raise ContentsDiffer(one.table.name)


async def _add_table(snapshot: Snapshot, table: BulkTable, contents: ContentsDigest) -> TableSum:
    contents.table(header_of(table))
    async for lines in pages(snapshot, table):
        contents.rows(lines)
    return contents.end_table()
