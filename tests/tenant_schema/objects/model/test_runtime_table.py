"""Table classes made at run time come and go: nothing of Piccolo's, and nothing of ours, holds on to them."""

import gc
from pathlib import Path
from uuid import UUID

from piccolo.table import TABLE_REGISTRY, Table

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import object_model
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.users.tables import User
from tests.support.frozen import freeze, unfreeze
from tests.support.thoroughly import times

_MEGABYTE = 2**20
TENANT = UUID(int=1)


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def draft(number: int) -> ObjectDraft:
    fields = (
        FieldDraft(name=f"a{number}", label="A", type="text"),
        FieldDraft(name="owner_too", label="B", type="lookup", settings={"target": "users"}),
    )
    return ObjectDraft(name="things", label="Thing", plural_label="Things", fields=fields)


def use(tables: SharedTables, plans: Plans, number: int) -> None:
    """As a request does it with the definitions of that moment."""
    model = object_model(*object_rows(draft(number)), tables)
    plans.of(TENANT, model.table).put("read", model.table_name)
    if number % 20 == 0:
        plans.of(TENANT, model.table).put(
            "list", str(model.table.select().where(model.columns["id"].is_null()))
        )


def subclasses() -> int:
    gc.collect()
    return len(Table.__subclasses__())


async def test_thousands_of_definitions_leave_no_class_and_no_memory_behind(bound: SQLiteEngine) -> None:
    freeze()  # what other tests have left need not be looked at ten thousand times
    tables, plans = SharedTables(), Plans()
    for number in range(500):
        use(tables, plans, number)
    registered, classes, references = (
        len(TABLE_REGISTRY),
        subclasses(),
        len(User._meta.foreign_key_references),
    )
    reference = object_model(*object_rows(draft(0))).fields["owner_too"]
    before = resident()
    definitions = times(2_000, 10_000)
    for number in range(definitions // 10):
        use(tables, plans, number)
    for number in range(definitions * 9 // 10):
        tables.get(f"things_{number}", [reference])
    assert subclasses() == classes
    assert len(TABLE_REGISTRY) == registered
    assert len(User._meta.foreign_key_references) == references
    assert resident() - before < times(10, 40) * _MEGABYTE
    unfreeze()


def test_tenants_with_the_same_definition_share_one_class() -> None:
    tables = SharedTables()
    row, fields = object_rows(draft(1))
    assert object_model(row, fields, tables).table is not object_model(row, fields).table
    held = [object_model(row, fields, tables) for _ in range(100)]
    assert len({one.table for one in held}) == 1
