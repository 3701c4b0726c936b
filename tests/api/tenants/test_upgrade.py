"""A tenant that was made before contacts and opportunities gets them, with all that belongs to them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.composition import Platform
from api.operations.upgrade import bring_up_to_date
from central.database import CENTRAL
from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.objects.model.catalog import tables_of_words
from tenant_schema.objects.model.search_index import search_ids_table, search_table
from tenant_schema.objects.tables import ObjectDefinition
from tenant_schema.standard.piccolo_app import APP_CONFIG as STANDARD
from tenant_schema.standard.tables import Contact, Opportunity
from tenant_schema.users.tables import Permission, Role
from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, make

CONTACTS, OPPORTUNITIES = "/api/v1/data/contacts", "/api/v1/data/opportunities"
LATER = ("contacts", "opportunities")
LATER_MIGRATION = f"""
import importlib
from tenant_schema.indexes import RecordMigration

ID = "9999-01-01T00:00:00:000000"


async def forwards():
    manager = RecordMigration(migration_id=ID, app_name="standard")
    initial = await importlib.import_module("{{initial}}").forwards()
    manager.add_tables = [one for one in initial.add_tables if one.tablename in {LATER}]
    manager.add_columns.add_columns = [
        one for one in initial.add_columns.add_columns if one.tablename in {LATER}
    ]
    return manager
"""
"""The tables of contacts and opportunities, as a later migration than that of accounts would create them."""


@pytest.fixture
def central(world: World) -> Iterator[None]:
    """As commands have it."""
    with CENTRAL.bind(world.platform.central_engine):
        yield


@pytest.fixture
def newer(world: World, tmp_path: Path) -> Platform:
    """Of a version whose standard objects have that later migration as well."""
    (initial,) = Path(STANDARD.resolved_migrations_folder_path).glob("standard_*.py")
    folder = tmp_path / "standard_migrations"
    folder.mkdir()
    shutil.copy(initial, folder)
    module = f"tenant_schema.standard.piccolo_migrations.{initial.stem}"
    (folder / "standard_later.py").write_text(LATER_MIGRATION.format(initial=module))
    later = replace(STANDARD, migrations_folder_path=str(folder))
    return replace(world.platform, tenant_migrator=Migrator([later], DB))


async def go_back(world: World) -> None:
    """The tenant as it was before there were contacts: no tables, definitions or permissions of them."""
    async with world.platform.tenancy.use(await world.tenant("acme")):
        searches = [index for name in LATER for index in (search_table(name), search_ids_table(name))]
        if DB.engine_type == "mysql":
            searches = [one for one in await tables_of_words() if one.startswith(LATER)]
            for name in searches:
                await DB.run_ddl(f"DROP TABLE {name}")
        for table in (Opportunity, Contact):
            await table.alter().drop_table()
        if DB.engine_type == "sqlite":
            for name in searches:
                await DB.run_ddl(f"DROP TABLE IF EXISTS {name}")
        await ObjectDefinition.delete().where(ObjectDefinition.name.is_in(list(LATER)))
        for name in LATER:
            await Permission.delete().where(Permission.name.like(f"{name}:%"))
        await Role.delete().where(Role.name == "viewer")


async def test_the_tenant_is_brought_up_to_date_and_can_use_what_is_new(
    world: World, newer: Platform, central: None
) -> None:
    await go_back(world)
    tenant = await world.tenant("acme")
    ran = await bring_up_to_date(newer, tenant)
    assert {name.app for name in ran} == {"standard"}
    assert await bring_up_to_date(newer, tenant) == []

    client = await world.user()
    account = await make(world, name="Globex")
    body = {"last_name": "Scorpio", "account": account["id"], "email": "hank@globex.example"}
    contact = (await client.post(CONTACTS, json=body)).json()["data"]
    body = {"name": "Doomsday device", "account": account["id"], "contact": contact["id"], "amount": "1.50"}
    made = await client.post(OPPORTUNITIES, json=body)
    found = (await client.get(f"{CONTACTS}?search=scorp")).json()["data"]
    assert [one["id"] for one in found] == [contact["id"]]
    assert made.status_code == 201, made.text
    assert (made.json()["data"]["stage"], made.json()["data"]["amount"]) == ("prospecting", "1.50")


async def test_permissions_come_along_and_what_was_taken_away_stays_away(
    world: World, newer: Platform, central: None
) -> None:
    await go_back(world)
    tenant = await world.tenant("acme")
    await bring_up_to_date(newer, tenant)
    async with world.platform.tenancy.use(tenant):
        permissions = {row["name"] for row in await Permission.select(Permission.name)}
        roles = {row["name"] for row in await Role.select(Role.name)}
    assert {f"{name}:{action}" for name in LATER for action in ("create", "read", "*")} <= permissions
    assert "viewer" not in roles


async def test_lookups_are_foreign_keys_in_the_database(world: World) -> None:
    client = await world.user()
    account = await make(world, name="Globex")
    dangling = await client.post(CONTACTS, json={"last_name": "Nobody", "account": str(new_id())})
    assert dangling.status_code == 422, dangling.text
    body = {"last_name": "Scorpio", "account": account["id"]}
    contact = (await client.post(CONTACTS, json=body)).json()["data"]
    gone = await client.delete(f"{ACCOUNTS}/{account['id']}?permanent=true")
    assert gone.status_code == 204, gone.text
    assert (await client.get(f"{CONTACTS}/{contact['id']}")).json()["data"]["account"] is None
