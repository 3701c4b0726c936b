"""Reads a tenant's database as it is at one moment, while the tenant is served, in constant memory."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import msgspec

from piccolo_conf import DB
from piccolo_engines.bulk.tables import BulkTable, Page
from piccolo_engines.bulk.transactions import BulkEngine, Snapshot
from piccolo_engines.errors import SchemaMismatch
from piccolo_engines.limits import without_limit
from tenant_schema.archives.contents.errors import ContentsBusy
from tenant_schema.archives.contents.stored_columns import stored_columns
from tenant_schema.archives.contents.tables import MIGRATIONS, Convert, record_table, system_tables
from tenant_schema.archives.format.lines import Migrations
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.objects.model.catalog import load_objects

__all__ = ["Moment", "moment", "pages"]

_TRIES: Final = 3
_WAIT: Final = 30.0
"""Seconds that the lock on changes of objects is waited for, after that."""
_VALUES: Final = 20_000
_MOST_ROWS: Final = 1_000
_FEWEST_ROWS: Final = 5
_BYTES: Final = 512 * 1024
"""What a page has at most: a thousand rows, about so many values and about so many bytes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A tenant's database at one moment.

    :ivar snapshot: valid inside of the block of :func:`moment`.
    :ivar tables: in the order of an archive.
    :ivar migrations: those that were applied, by app.
    """

    snapshot: Snapshot
    tables: Sequence[BulkTable]
    migrations: tuple[Migrations, ...]

    @property
    def database(self) -> str:
        """The kind of database: ``sqlite``, ``mariadb`` or ``mysql``."""
        return self.snapshot.database

    async def count(self) -> int:
        """Return the number of rows of all tables, including some that are left out."""
        return sum([await self.snapshot.count(one) for one in self.tables])


@asynccontextmanager
async def moment(open_secret: Convert) -> AsyncIterator[Moment]:
    """Hold a moment of the bound database during the block.

    Until its end, objects cannot be changed on MySQL and MariaDB: such a change waits, and is refused after
    some seconds. If objects are changed just as the moment is chosen, another one is. Raises
    :class:`ContentsBusy`.
    """
    for attempt in range(_TRIES + 1):
        async with AsyncExitStack() as stack:
            stack.enter_context(without_limit())
            begin = _begin if attempt < _TRIES else _begin_locked
            try:
                found = await begin(stack, open_secret)
            except SchemaMismatch:
                continue
            yield found
            return
    raise ContentsBusy


async def _begin(stack: AsyncExitStack, open_secret: Convert) -> Moment:
    """Begin the snapshot, and read something of every table, so that none can be altered any more."""
    snapshot = await stack.enter_async_context(cast("BulkEngine", DB.bound).snapshot())
    objects = await load_objects()
    records = sorted([record_table(one) for one in objects.values()], key=lambda one: one.name)
    tables = [*_present(system_tables(open_secret), await stored_columns()), *records]
    for table in tables:
        await snapshot.read_page(table, None, 1)
    return Moment(snapshot, tables, await _migrations(snapshot))


def _present(tables: Iterable[BulkTable], stored: Mapping[str, Collection[str]]) -> Iterator[BulkTable]:
    """Yield the tables with the columns that are there: the database may be an earlier version's."""
    for table in tables:
        columns = stored.get(table.name, ())
        kept = tuple([one for one in table.columns if one.name in columns])
        if kept:
            yield replace(table, columns=kept)


async def _begin_locked(stack: AsyncExitStack, open_secret: Convert) -> Moment:
    """The same while nobody may change objects."""
    try:
        async with dialect_of_bound().exclusive(_WAIT):
            return await _begin(stack, open_secret)
    except ObjectBusy as error:
        raise ContentsBusy from error


async def _migrations(snapshot: Snapshot) -> tuple[Migrations, ...]:
    names: dict[str, list[str]] = {}
    async for lines in pages(snapshot, MIGRATIONS):
        for _, app, name in [msgspec.json.decode(line) for line in lines]:
            names.setdefault(app, []).append(name)
    return tuple([Migrations(app=app, names=tuple(each)) for app, each in names.items()])


async def pages(snapshot: Snapshot, table: BulkTable) -> AsyncIterator[list[bytes]]:
    """Yield the rows of a table as lines, some hundred at a time, in the order of their keys.

    The next ones are asked for before some are yielded.
    """
    limit = most = min(_MOST_ROWS, max(_FEWEST_ROWS, _VALUES // len(table.columns)))
    limit = min(limit, 100)
    page = await snapshot.read_page(table, None, limit)
    while page.lines:
        if len(page.lines) < limit:
            yield page.lines
            return
        size = sum(map(len, page.lines)) // len(page.lines) + 1
        limit = max(_FEWEST_ROWS, min(most, _BYTES // size))
        async with _ahead(snapshot.read_page(table, page.last, limit)) as following:
            yield page.lines
            page = await following()


@asynccontextmanager
async def _ahead(reading: Any) -> AsyncIterator[Callable[[], Awaitable[Page]]]:
    """Begin reading; it is given up if the block ends before."""
    task: asyncio.Task[Page] = asyncio.ensure_future(reading)
    await asyncio.sleep(0)  # the statement is sent

    async def result() -> Page:
        return await task

    try:
        yield result
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
