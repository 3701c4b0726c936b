"""Archives whose bytes are whole, and whose contents cannot be a tenant's, are refused with the reason."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tenant_schema.archives.contents.errors import (
    ContentsDiffer,
    ContentsDoNotFit,
    ContentsError,
    ContentsInvalid,
    ContentsUnknown,
)
from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveLocked
from tenant_schema.archives.format.keys import with_passphrase
from tenant_schema.archives.format.lines import Column
from tests.tenant_schema.archives.databases import (
    ARCHIVES,
    Databases,
    Tables,
    archived,
    closed,
    in_pieces,
    loaded,
    opened,
)
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import ADA, MANAGER, SCOPE, tenant_on

Change = Callable[[Tables], None]


@pytest.fixture(scope="module")
def archive(databases: Databases) -> bytes:
    """A tenant with one object and one record."""

    async def made_archive() -> bytes:
        async with tenant_on(await databases.begun("sqlite", is_seeded=True)) as tenant:
            fields = (field("name", unique=True), field("who", "lookup", settings={"target": "users"}))
            await made(tenant, "gadgets", *fields)
            await tenant.records.create(SCOPE, MANAGER, "gadgets", {"name": "one", "who": str(ADA)})
            return await archived()

    return asyncio.run(made_archive())


def cell(tables: Tables, table: str, column: str, value: Any, row: int = 0) -> None:
    columns, rows = tables[table]
    rows[row][[one.name for one in columns].index(column)] = value


def gadgets(tables: Tables) -> str:
    return next(name for name in tables if name.startswith("gadgets_"))


def row_of(tables: Tables, table: str, text: str) -> int:
    return next(at for at, row in enumerate(tables[table][1]) if text in row)


def object_cell(column: str, value: Any) -> Change:
    def change(tables: Tables) -> None:
        cell(tables, "object_definitions", column, value, row_of(tables, "object_definitions", "gadgets"))

    return change


def field_cell(column: str, value: Any) -> Change:
    def change(tables: Tables) -> None:
        name = next(row for row in tables["field_definitions"][1] if "who" in row)
        cell(tables, "field_definitions", column, value, tables["field_definitions"][1].index(name))

    return change


def standard_field(column: str) -> Change:
    """The phone of accounts has the column of something else."""

    def change(tables: Tables) -> None:
        cell(tables, "field_definitions", "column_name", column, row_of(tables, "field_definitions", "phone"))

    return change


def without_users(tables: Tables) -> None:
    tables["users"] = (tables["users"][0], [])


def an_unknown_table(tables: Tables) -> None:
    tables["invoices"] = ([Column("id", "uuid")], [])


def an_unknown_column(tables: Tables) -> None:
    tables[gadgets(tables)][0].append(Column("more", "text"))
    for row in tables[gadgets(tables)][1]:
        row.append(None)


def another_kind(tables: Tables) -> None:
    columns = tables["users"][0]
    columns[[one.name for one in columns].index("email")] = Column("email", "bytes")


def no_definitions(tables: Tables) -> None:
    for name in ("object_definitions", "field_definitions", *[one for one in tables if one in RECORDS]):
        del tables[name]
    del tables[gadgets(tables)]


def fields_first(tables: Tables) -> None:
    objects = tables.pop("object_definitions")
    tables["object_definitions"] = objects


def twice(tables: Tables) -> None:
    rows = tables[gadgets(tables)][1]
    rows.append(["0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", *rows[0][1:]])


RECORDS = ("accounts", "contacts", "opportunities")
CHANGES: list[tuple[Change, type[ContentsError], str]] = [
    (without_users, ContentsInvalid, "refers to one that is not there"),
    (an_unknown_table, ContentsUnknown, "'invoices'"),
    (an_unknown_column, ContentsUnknown, "'more'"),
    (another_kind, ContentsUnknown, "'email'"),
    (no_definitions, ContentsInvalid, "no definitions"),
    (fields_first, ContentsInvalid, "before it has objects"),
    (twice, ContentsInvalid, "cannot be stored"),
    (object_cell("table_name", "users"), ContentsUnknown, "'gadgets'"),
    (object_cell("table_name", 'x" (id)); --'), ContentsUnknown, "'gadgets'"),
    (object_cell("table_name", "accounts"), ContentsUnknown, "'gadgets'"),
    (object_cell("name", None), ContentsInvalid, "none of an object or field"),
    (object_cell("object_indexes", "{"), ContentsInvalid, "none of an object or field"),
    (field_cell("column_name", 'a" --'), ContentsInvalid, "invalid name"),
    (standard_field("id"), ContentsInvalid, "the same name"),
    (standard_field("website"), ContentsInvalid, "the same name"),
    (object_cell("name", "__class__"), ContentsInvalid, "invalid name"),
    (field_cell("name", "Who'"), ContentsInvalid, "invalid name"),
    (field_cell("type", "hologram"), ContentsUnknown, "'hologram'"),
    (field_cell("settings", "{}"), ContentsInvalid, "gadgets"),
    (field_cell("settings", '{"target": "ghosts", "onDelete": "set_null"}'), ContentsInvalid, "gadgets"),
    (field_cell("object", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"), ContentsInvalid, "belongs to no object"),
    (lambda tables: cell(tables, "users", "email", 7), ContentsDoNotFit, "cannot be stored here"),
    (lambda tables: cell(tables, "users", "id", "x"), ContentsDoNotFit, "cannot be stored here"),
    (lambda tables: cell(tables, gadgets(tables), "created_at", "now"), ContentsDoNotFit, "cannot be stored"),
]

OF_VALUES = (without_users, twice, CHANGES[-1][0])
"""What the database itself refuses."""


@pytest.mark.parametrize(
    ("change", "error", "reason", "kind"),
    [*[(*one, "sqlite") for one in CHANGES], *[(*one, "mysql") for one in CHANGES if one[0] in OF_VALUES]],
)
async def test_contents(
    databases: Databases, archive: bytes, change: Change, error: type[ContentsError], reason: str, kind: str
) -> None:
    manifest, tables = opened(archive)
    change(tables)
    async with tenant_on(await databases.begun(kind)) as tenant:
        with pytest.raises(error, match=reason):
            await loaded(closed(manifest, tables), tenant.engine)  # type: ignore[arg-type]  # one of ours


async def test_what_reads_back_differently_is_no_copy(databases: Databases, archive: bytes) -> None:
    """Rows that are not in the order of their keys are none that this product wrote."""
    manifest, tables = opened(archive)
    tables["permissions"][1].reverse()
    async with tenant_on(await databases.begun("sqlite")) as tenant:
        with pytest.raises(ContentsDiffer, match="permissions"):
            await loaded(closed(manifest, tables), tenant.engine)  # type: ignore[arg-type]  # one of ours


async def test_the_untouched_contents_are_loaded(databases: Databases, archive: bytes) -> None:
    manifest, tables = opened(archive)
    async with tenant_on(await databases.begun("sqlite")) as tenant:
        done = await loaded(closed(manifest, tables), tenant.engine)  # type: ignore[arg-type]  # one of ours
        assert done.rows == sum(len(rows) for _, rows in tables.values())


@pytest.mark.parametrize("kind", ["sqlite", "mysql"])
async def test_a_cut_archive_is_refused_whatever_was_read_of_it(
    databases: Databases, archive: bytes, kind: str
) -> None:
    async with tenant_on(await databases.begun(kind)) as tenant:
        with pytest.raises(ArchiveDamaged):
            await loaded(archive[:-1], tenant.engine)  # type: ignore[arg-type]  # one of ours


async def test_another_key_opens_nothing(databases: Databases, archive: bytes) -> None:
    async def never(_manifest: object) -> None:
        pytest.fail("nothing was opened")

    async with tenant_on(await databases.begun("sqlite")):
        with pytest.raises(ArchiveLocked):
            await ARCHIVES.load(
                in_pieces(archive),
                with_passphrase("correct horse battery"),
                migrate_to=never,
                open_secret=str,
                seal_secret=str,
                as_other_tenant=False,
            )


async def test_an_object_that_does_not_fit_into_a_row_is_named(databases: Databases) -> None:
    """SQLite takes what a row of MySQL has no room for."""
    numbers = [field(f"d{at}", "decimal", settings={"precision": 38, "scale": 19}) for at in range(352)]
    texts = [field(f"t{at}", settings={"maxLength": 255}, indexed=True) for at in range(48)]
    async with tenant_on(await databases.begun("sqlite", is_seeded=True)) as tenant:
        await made(tenant, "wide", *numbers, *texts)
        data = await archived()
    async with tenant_on(await databases.begun("sqlite")) as tenant:
        await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours
    async with tenant_on(await databases.begun("mysql")) as tenant:
        with pytest.raises(ContentsDoNotFit, match="The object wide does not fit"):
            await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours


async def test_without_room_for_sort_keys_there_are_none(databases: Databases) -> None:
    numbers = [field(f"d{at}", "decimal", settings={"precision": 38, "scale": 2}) for at in range(290)]
    texts = [field(f"t{at}", settings={"maxLength": 255}, indexed=True) for at in range(45)]
    async with tenant_on(await databases.begun("sqlite", is_seeded=True)) as tenant:
        await made(tenant, "wide", *numbers, *texts)
        for text in ("b", "Ä", "a"):
            await tenant.records.create(SCOPE, MANAGER, "wide", {"t1": text})
        data = await archived()
    for kind, has_keys in (("mysql", False), ("sqlite", True)):
        async with tenant_on(await databases.begun(kind)) as tenant:
            await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours
            assert (await tenant.model("wide")).fields["t1"].sort_key == has_keys
            page = await tenant.records.page(SCOPE, MANAGER, "wide", (("sort", "t1"),))
            assert [one["t1"] for one in page.data] == ["a", "Ä", "b"]
            assert await tenant.drift() == []


async def test_more_texts_than_a_row_of_mysql_has_room_for_are_packed_there_and_nowhere_else(
    databases: Databases,
) -> None:
    texts = [field(f"t{at}", settings={"maxLength": 100}) for at in range(250)]
    body = {f"t{at}": f"ä'{at}" for at in range(250)}
    data, digests = b"", set()
    for kind in ("sqlite", "mysql", "mariadb", "mysql", "sqlite"):
        async with tenant_on(await databases.begun(kind, is_seeded=not data)) as tenant:
            if data:
                digests.add((await loaded(data, tenant.engine)).digest)  # type: ignore[arg-type]  # one of ours
            else:
                await made(tenant, "wide", *texts)
                await tenant.records.create(SCOPE, MANAGER, "wide", {**body, "t7": None})
            data = await archived()
            model = await tenant.model("wide")
            packed = [one.name for one in model.fields.values() if one.storage == "packed"]
            assert bool(packed) == (kind == "mysql")
            (record,) = (await tenant.records.page(SCOPE, MANAGER, "wide", ())).data
            assert {name: record[name] for name in body} == {**body, "t7": None}
            assert await tenant.drift() == []
    assert len(digests) == 1
