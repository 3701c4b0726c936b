"""What is written into an archive is read again, whatever the pieces in which it is written and arrives."""

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveOverLimit
from tenant_schema.archives.format.keys import ArchiveKey, with_tenant_key
from tenant_schema.archives.format.lines import Column, ContentsDigest, Rows, TableHeader, TableSum, Trailer
from tenant_schema.archives.format.portions import PORTION
from tenant_schema.archives.format.reader import ArchiveReader
from tenant_schema.archives.format.writer import ArchiveWriter
from tests.support.archiving import (
    ARCHIVE,
    LOCK,
    TABLES,
    contents_of,
    header_of,
    items_of,
    manifest,
    own_key,
    written,
)

Tables = dict[str, tuple[list[str], list[list[Any]]]]

values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**63), 2**63 - 1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
names = st.text("abcdefgh_", min_size=1, max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    found = {}
    for name in draw(st.lists(names, unique=True, max_size=4)):
        columns = draw(st.lists(names, unique=True, min_size=1, max_size=4))
        rows = draw(st.lists(st.lists(values, min_size=len(columns), max_size=len(columns)), max_size=5))
        found[name] = (columns, rows)
    return found


def long_rows(megabytes: int) -> Tables:
    """A table that zstd cannot make smaller than this."""
    chosen = random.Random(megabytes)
    rows = [[index, chosen.randbytes(50_000).hex()] for index in range(20 * megabytes)]
    return {"files": (["id", "data"], rows)}


@given(tables(), st.integers(1, 3), st.integers(1, 500))
def test_tables_come_back_in_their_order(found: Tables, at_once: int, piece: int) -> None:
    items = items_of(written(found, rows_at_once=at_once), piece=piece)
    assert items[0] == manifest()
    assert contents_of(items) == found
    assert list(contents_of(items)) == list(found)


@pytest.mark.parametrize("piece", [1000, PORTION, PORTION + 16, 10 * PORTION])
def test_an_archive_of_several_portions_is_read_in_pieces_of_any_size(piece: int) -> None:
    found = long_rows(3)
    data = written(found)
    assert len(data) > 3 * PORTION
    assert contents_of(items_of(data, piece=piece)) == found


def test_the_digest_does_not_depend_on_portions_nor_on_the_order_of_tables() -> None:
    reversed_tables = dict(reversed(TABLES.items()))
    digests = {items_of(data)[-1] for data in (written(), written(rows_at_once=1), written(reversed_tables))}
    assert len(digests) == 1


def test_the_digest_depends_on_each_value_and_name() -> None:
    one = {"a": (["x", "y"], [[1, 2], [3, 4]])}
    others: list[Tables] = [
        {"b": (["x", "y"], [[1, 2], [3, 4]])},
        {"a": (["x", "z"], [[1, 2], [3, 4]])},
        {"a": (["x", "y"], [[3, 4], [1, 2]])},
        {"a": (["x", "y"], [[1, 2], [3, "4"]])},
        {"a": (["x", "y"], [[1, 2]])},
        {"a": (["x", "y"], [[1, 2], [3, 4]]), "b": (["x"], [])},
        {},
    ]
    digests = {items_of(written(tables))[-1] for tables in [one, *others]}
    assert len(digests) == len(others) + 1


def test_sums_and_digest_are_those_of_the_lines() -> None:
    header = header_of("a", ["x"])
    contents = ContentsDigest()
    line = contents.table(header)
    rows = contents.rows([b"[1]", b"[2]"])
    assert line + rows == b'{"table":"a","columns":[{"name":"x","kind":"text"}]}\n[1]\n[2]\n'
    found = contents.end_table()
    assert found == TableSum("a", 2, hashlib.sha256(line + rows).hexdigest())
    assert contents.finish() == hashlib.sha256(f"a {found.sha256}\n".encode()).hexdigest()
    assert contents.trailer() == Trailer(contents.finish(), 1, 2)


def test_the_writer_knows_digest_and_counts_at_the_end() -> None:
    writer = ArchiveWriter(manifest(), ArchiveKey.new(ARCHIVE, [LOCK]))
    data = writer.begin() + writer.table(header_of("a", ["x"])) + writer.rows([b"[1]"]) + writer.end_table()
    data += writer.finish()
    assert items_of(data)[-1] == Trailer(writer.digest, 1, 1)
    assert (writer.row_count, writer.byte_count) == (1, len(data))
    assert [found.end for found in writer.sums] == ["a"]


def test_nothing_of_the_contents_can_be_read_without_the_key() -> None:
    data = written({"secret_table": (["secret_column"], [["secret value"]])})
    assert b"secret" not in data
    assert written() != written()


def test_details_of_manifest_and_tables_come_back() -> None:
    header = TableHeader("a", (Column("x", "text"),), {"object": "b"})
    writer = ArchiveWriter(manifest(details={"note": [1]}), ArchiveKey.new(ARCHIVE, [LOCK]))
    items = items_of(writer.begin() + writer.table(header) + writer.end_table() + writer.finish())
    assert items[:2] == [manifest(details={"note": [1]}), header]


def test_a_reader_leaves_alone_what_a_later_version_adds_to_the_manifest() -> None:
    line = msgspec.json.encode(manifest())
    later = json.loads(line) | {"more": 1}
    assert msgspec.json.decode(json.dumps(later), type=type(manifest())) == manifest()


@pytest.mark.parametrize("row", [b"", b"{}", b"1", b"[1]\n[2]", b"[1]\n", b"\n[1]", b" [1]"])
def test_what_is_not_a_row_is_refused(row: bytes) -> None:
    contents = ContentsDigest()
    contents.table(header_of("a", ["x"]))
    with pytest.raises(ValueError, match="JSON array on one line"):
        contents.rows([b"[0]", row])


def test_rows_have_as_many_values_as_the_table_has_columns() -> None:
    for rows in ([[1]], [[1, 2, 3]]):
        with pytest.raises(ArchiveDamaged):
            contents_of(items_of(written({"a": (["x", "y"], rows)})))


def test_the_order_of_calls_is_kept() -> None:
    writer = ArchiveWriter(manifest(), ArchiveKey.new(ARCHIVE, [LOCK]))
    header = header_of("a", ["x"])
    early_calls: list[Callable[[], bytes]] = [
        writer.finish,
        writer.end_table,
        lambda: writer.table(header),
        lambda: writer.rows([b"[]"]),
    ]
    for early in early_calls:
        with pytest.raises(ValueError, match=r"begun|Rows are in a table"):
            early()
    writer.begin()
    writer.table(header)
    for wrong in (writer.begin, writer.finish, lambda: writer.table(header)):
        with pytest.raises(ValueError, match=r"begun|not ended"):
            wrong()
    writer.end_table()
    with pytest.raises(ValueError, match="once"):
        writer.table(header)
    writer.finish()
    with pytest.raises(ValueError, match="finished"):
        writer.finish()


def test_names_have_bounds() -> None:
    wide = header_of("a", (str(index) for index in range(5_000)))
    for header in (header_of("a" * 300, ["x"]), header_of("", ["x"]), header_of("a\nb", ["x"]), wide):
        with pytest.raises(ArchiveOverLimit):
            ContentsDigest().table(header)


def test_rows_arrive_while_the_archive_is_still_sent() -> None:
    data = written(long_rows(3))
    reader = ArchiveReader(with_tenant_key(own_key))
    early = list(reader.feed(data[: 2 * PORTION]))
    assert any(isinstance(item, Rows) for item in early)
