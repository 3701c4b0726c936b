"""New databases on SQLite, MariaDB and MySQL, and archives that go from one to another."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.mysql import MySQLEngine
from tenant_schema.archives.format.keys import ArchiveKey, TenantLock, with_tenant_key
from tenant_schema.archives.format.lines import (
    ArchivedTenant,
    Column,
    Manifest,
    Rows,
    TableHeader,
    decoded_rows,
)
from tenant_schema.archives.format.reader import ArchiveReader
from tenant_schema.archives.format.writer import ArchiveWriter
from tenant_schema.archives.service import Loaded, TenantArchives
from tests.conftest import Found, address_or_skip, clear
from tests.tenant_schema.objects.changes.worlds import SCOPE, Config, migrate
from tests.tenant_schema.objects.databases import APP_CONFIGS, Bound

ARCHIVES = TenantArchives("0.1.0")
ACME = ArchivedTenant(id=SCOPE.id, slug="acme", name="Acme Corporation", domains=("acme.localhost",))
DATA_KEY = bytes(range(32))
MIGRATOR = Migrator(APP_CONFIGS, DB)


@dataclass
class Databases:
    """Databases of the kinds ``sqlite``, ``mariadb`` and ``mysql``, which are dropped at the end."""

    found: Found
    folder: Path
    prefix: str
    made: list[str] = field(default_factory=list)

    def new(self, kind: str) -> Config:
        """An empty database."""
        return asyncio.run(self.begun(kind))

    def seeded(self, kind: str) -> Config:
        """The database of a new tenant."""
        return asyncio.run(self.begun(kind, is_seeded=True))

    async def begun(self, kind: str, *, is_seeded: bool = False) -> Config:
        """An empty database, or that of a new tenant."""
        number = len(self.made)
        self.made.append(kind)
        config: Config = {"path": str(self.folder / f"{number}.sqlite")}
        if kind != "sqlite":
            address, name = address_or_skip(self.found, kind), f"{self.prefix}{number}"
            await _run(address.config, f'CREATE DATABASE "{name}"')
            config = {**address.config, "database": name}
        if is_seeded:
            await migrate(config)
        return config

    def drop(self) -> None:
        """Drop those on servers."""
        for kind in {*self.made} - {"sqlite"}:
            address = address_or_skip(self.found, kind)
            asyncio.run(_clear(address.config, self.prefix))


@contextmanager
def databases_in(found: Found, folder: Path, prefix: str) -> Iterator[Databases]:
    databases = Databases(found, folder, prefix)
    try:
        yield databases
    finally:
        databases.drop()


async def _run(config: Mapping[str, Any], ddl: str) -> None:
    root = MySQLEngine(config)
    await root.run_ddl(ddl)
    await root.close()


async def _clear(config: Mapping[str, Any], prefix: str) -> None:
    root = MySQLEngine(config)
    await clear(root, prefix)
    await root.close()


def sealing(tenant: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Functions that open and seal for a tenant; a secret of another one cannot be opened."""

    def open_secret(sealed: str) -> str:
        owner, _, secret = sealed.partition(":")
        assert owner == tenant, f"a secret of {owner!r} in the database of {tenant!r}"
        return secret

    return open_secret, lambda secret: f"{tenant}:{secret}"


def key_of(_tenant: UUID, _key_id: str) -> bytes:
    return DATA_KEY


UNLOCK = with_tenant_key(key_of)


async def archived(tenant: str = "acme", **options: Any) -> bytes:
    """An archive of the bound database, whose secrets are sealed for ``tenant``."""
    key = ArchiveKey.new(new_id(), [TenantLock(SCOPE.id, "k1", DATA_KEY)])
    open_secret, _ = sealing(tenant)
    pieces = [one async for one in ARCHIVES.write(ACME, key, open_secret=open_secret, **options)]
    return b"".join(pieces)


async def loaded(data: bytes, engine: Bound, tenant: str = "acme", **options: Any) -> Loaded:
    """Load an archive into the bound, empty database."""
    return await load_from(in_pieces(data), engine, tenant, **options)


async def load_from(
    source: AsyncIterator[bytes],
    engine: Bound,
    tenant: str = "acme",
    *,
    as_other_tenant: bool = False,
    **options: Any,
) -> Loaded:
    """Load the pieces of an archive."""

    async def migrate_to(manifest: Manifest | None) -> None:
        if manifest is not None:
            await MIGRATOR.create(engine)

    open_secret, seal_secret = sealing(tenant)
    return await ARCHIVES.load(
        source,
        UNLOCK,
        migrate_to=migrate_to,
        open_secret=open_secret,
        seal_secret=seal_secret,
        as_other_tenant=as_other_tenant,
        **options,
    )


async def digest_of(tenant: str = "acme") -> str:
    """The digest of the bound database."""
    return (await ARCHIVES.digest(open_secret=sealing(tenant)[0])).digest


async def in_pieces(data: bytes, size: int = 60_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


Tables = dict[str, tuple[list[Column], list[list[Any]]]]
"""Columns and rows by the name of the table, in the order of an archive."""


def opened(data: bytes) -> tuple[Manifest, Tables]:
    """The contents of an archive."""
    reader, tables, manifest = ArchiveReader(UNLOCK), Tables(), None
    header = TableHeader("", ())
    for item in [*reader.feed(data), *reader.close()]:
        match item:
            case Manifest():
                manifest = item
            case TableHeader():
                header, tables[item.table] = item, ([*item.columns], [])
            case Rows():
                tables[header.table][1].extend(decoded_rows(header, item))
    assert manifest is not None
    return manifest, tables


def closed(manifest: Manifest, tables: Tables) -> bytes:
    """An archive with these contents."""
    writer = ArchiveWriter(manifest, ArchiveKey.new(new_id(), [TenantLock(SCOPE.id, "k1", DATA_KEY)]))
    pieces = [writer.begin()]
    for name, (columns, rows) in tables.items():
        pieces.append(writer.table(TableHeader(name, tuple(columns))))
        pieces.append(writer.rows([msgspec.json.encode(row) for row in rows]))
        pieces.append(writer.end_table())
    return b"".join([*pieces, writer.finish()])
