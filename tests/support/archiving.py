"""Archives in memory: written from values, and read back to values."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from tenant_schema.archives.format.header import CHECK, header_size, opened, parsed_header
from tenant_schema.archives.format.keys import ArchiveKey, Lock, TenantLock, Unlock, with_tenant_key
from tenant_schema.archives.format.lines import (
    ArchivedTenant,
    Column,
    Item,
    Manifest,
    Rows,
    TableHeader,
    decoded_rows,
)
from tenant_schema.archives.format.portions import PortionOpener, PortionSealer
from tenant_schema.archives.format.reader import ArchiveReader
from tenant_schema.archives.format.writer import ArchiveWriter
from tenant_schema.archives.format.zstd import new_compressor, new_decompressor

ACME = UUID("01900000-0000-7000-8000-00000000acce")
ARCHIVE = UUID("01900000-0000-7000-8000-0000000000aa")
DATA_KEY = bytes(range(32))
LOCK = TenantLock(ACME, "k1", DATA_KEY)
TABLES: dict[str, tuple[list[str], list[list[Any]]]] = {
    "accounts": (["id", "name", "amount"], [["a1", "Ångström\n{", "12.50"], ["a2", None, None]]),
    "empty": (["id"], []),
    "users": (["id", "settings"], [["u1", {"language": "de"}], ["u2", [1, [2]]]]),
}


def manifest(**values: Any) -> Manifest:
    return Manifest(
        product="0.1.0",
        taken_at=datetime(2026, 12, 1, 10, tzinfo=UTC),
        tenant=ArchivedTenant(id=ACME, slug="acme", name="Acme", domains=("acme.localhost",)),
        engine="sqlite",
        **values,
    )


def header_of(table: str, columns: Iterable[str]) -> TableHeader:
    return TableHeader(table, tuple(Column(name, "text") for name in columns))


def written(
    tables: dict[str, tuple[list[str], list[list[Any]]]] = TABLES,
    locks: Sequence[Lock] = (LOCK,),
    rows_at_once: int = 100,
) -> bytes:
    """An archive of these tables."""
    writer = ArchiveWriter(manifest(), ArchiveKey.new(ARCHIVE, locks))
    parts = [writer.begin()]
    for name, (columns, rows) in tables.items():
        lines = [msgspec.json.encode(row) for row in rows]
        parts.append(writer.table(header_of(name, columns)))
        parts += [writer.rows(lines[at : at + rows_at_once]) for at in range(0, len(lines), rows_at_once)]
        parts.append(writer.end_table())
    parts.append(writer.finish())
    data = b"".join(parts)
    assert len(data) == writer.byte_count
    return data


def own_key(tenant: UUID, key_id: str) -> bytes | None:
    return DATA_KEY if (tenant, key_id) == (ACME, "k1") else None


def items_of(
    data: bytes, unlock: Unlock | None = None, piece: int = 100_000, max_plaintext: int | None = None
) -> list[Item]:
    """Everything of an archive that is complete."""
    reader = ArchiveReader(unlock or with_tenant_key(own_key), max_plaintext=max_plaintext)
    found: list[Item] = []
    for at in range(0, len(data), piece):
        found += reader.feed(data[at : at + piece])
    found += reader.close()
    return found


def contents_of(items: Iterable[Item]) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """The tables of an archive, as :func:`written` takes them."""
    found: dict[str, tuple[list[str], list[list[Any]]]] = {}
    header: TableHeader | None = None
    for item in items:
        if isinstance(item, TableHeader):
            header = item
            found[item.table] = ([column.name for column in item.columns], [])
        elif isinstance(item, Rows):
            assert header is not None
            found[header.table][1].extend(decoded_rows(header, item))
    return found


def sealed_text(*lines: bytes, compressed: bytes | None = None) -> bytes:
    """An archive of any plaintext, as somebody who has the key could write it.

    :param compressed: instead of the lines' zstd frame.
    """
    key = ArchiveKey.new(ARCHIVE, [LOCK])
    check, portion_key = opened(key.head, key.salt, key.secret)
    frame = new_compressor().compress(b"".join(lines), 2) if compressed is None else compressed
    sealer = PortionSealer(portion_key)
    return key.head + check + sealer.add(frame) + sealer.finish()


def text_of(data: bytes) -> bytes:
    """The plaintext of an archive that :func:`written` has returned."""
    size = header_size(data)
    assert size is not None
    header = parsed_header(data[:size])
    key = with_tenant_key(own_key)(header)
    opener = PortionOpener(opened(data[:size], header.salt_bytes, key).portion_key)
    frame = b"".join([*opener.add(data[size + CHECK :]), opener.finish()])
    return new_decompressor().decompress(frame)
