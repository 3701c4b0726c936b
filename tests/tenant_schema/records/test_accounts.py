"""Accounts as a tenant really has them: migrated, seeded, found through the catalog, a statement a read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.errors import ValidationFailed
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.tenant_schema.objects.databases import tenant_database
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller, id_of


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    async with tenant_database(tmp_path / "tenant.sqlite") as engine:
        yield engine


@pytest.fixture
async def sales(bound: SQLiteEngine, scope: TenantScope, access: Access) -> Caller:
    """A caller who looks at accounts through the tenant's own catalog, whose cache is warm."""
    await seed_standard_objects()
    await User(id=access.user_id, email=access.email).save()
    catalog = Catalog(VersionedCache(DEFINITIONS, cache_seconds=60))
    await catalog.all(scope)
    return Caller(RecordService(catalog, Cursors(lambda _: [b"k" * 32])), scope, access, "accounts")


async def test_an_account_is_made_found_changed_and_deleted(sales: Caller) -> None:
    made = await sales.create(name="Acme", industry="technology", annual_revenue="1000000", employees=12)
    assert (made.data["annual_revenue"], made.data["owner"]) == ("1000000.00", str(sales.access.user_id))
    await sales.create(name="Globex", industry="energy", annual_revenue="5.5")
    assert await sales.names(("filter[industry][in]", "technology,energy"), ("sort", "-annual_revenue")) == [
        "Acme",
        "Globex",
    ]
    assert await sales.names(("filter[owner]", "$me"), ("filter[annual_revenue][lt]", "6")) == ["Globex"]
    changed = await sales.update(made, {"phone": "+49 30 1"}, if_match=1)
    assert changed == await sales.read(made)
    await sales.delete(made, if_match=2)
    assert await sales.names() == ["Globex"]


async def test_an_owner_who_is_no_user_is_a_problem(sales: Caller) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await sales.create(name="Acme", owner="0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    assert [(one.field, one.code) for one in caught.value.problems] == [("owner", "reference-not-found")]


async def test_reading_costs_one_statement_definitions_included(sales: Caller, counting: Counting) -> None:
    made = await sales.create(name="Acme")
    with counting() as sent:
        await sales.read(made)
        await sales.page(("filter[name][startswith]", "A"), ("sort", "-annual_revenue"))
        await sales.create(name="Globex")
    assert len(sent) == 3


async def test_a_user_who_goes_leaves_the_records(sales: Caller) -> None:
    made = await sales.create(name="Acme")
    await User.delete().where(User.id == sales.access.user_id)
    found = (await sales.read(made)).data
    assert (found["id"], found["owner"], found["created_by"]) == (str(id_of(made)), None, None)
