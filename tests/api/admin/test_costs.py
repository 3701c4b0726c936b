"""What the admin costs: statements for a page, and nothing that stays when definitions change."""

import gc
import weakref

import pytest
from piccolo.table import TABLE_REGISTRY

from tenant_schema.scope import TenantScope
from tests.api.admin.browsing import tenants_browser
from tests.api.admin.test_tenant_definitions import add_field
from tests.api.conftest import ON_SQLITE, World
from tests.api.test_statement_counts import counted

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("tables/", 0),
        ("tables/grouped/", 0),
        ("forms/", 0),
        ("user/", 0),
        ("tables/contacts/schema/", 0),
        ("tables/contacts/?__readable=true&__page_size=100", 1),
        ("tables/contacts/?__order=-last_name&last_name=a&__page=2", 1),
        ("tables/contacts/count/?last_name=a", 1),
        ("tables/accounts/ids/?search=g&limit=5", 1),
        ("tables/contacts/{contact}/", 1),
        ("tables/fields/?__page_size=100", 0),
        ("tables/users/?__page_size=100", 8),  # with all of their roles, chosen among all roles
    ],
)
async def test_a_warm_page(world: World, path: str, statements: int) -> None:
    browser = await tenants_browser(world)
    client = await world.user()
    account = (await client.post("/api/v1/data/accounts", json={"name": "Globex"})).json()["data"]["id"]
    for number in range(12):
        body = {"last_name": f"a{number}", "account": account}
        contact = (await client.post("/api/v1/data/contacts", json=body)).json()["data"]["id"]
    address = f"/admin/api/{path}".format(contact=contact)
    for _ in range(2):  # the second time everything is prepared
        async with counted(world) as counts:
            answer = await browser.http.get(address)
            assert answer.status_code == 200, answer.text
    assert dict(counts) == {"tenant": statements, "central": 0}


async def test_nothing_of_an_old_definition_stays(world: World) -> None:
    """Neither a table class nor anything in Piccolo's registries: the admin keeps nothing of its own."""
    browser = await tenants_browser(world)
    tenant = await world.tenant("acme")
    scope = TenantScope(tenant.id, tenant.slug, tenant.name)

    async def look() -> weakref.ref[type]:
        for path in (
            "contacts/",
            "contacts/schema/",
            "contacts/ids/",
            "accounts/references/",
            "contacts/count/",
        ):
            await browser.get(f"tables/{path}")
        async with world.platform.tenancy.use(tenant):
            return weakref.ref((await world.platform.catalog.get(scope, "contacts")).table)

    registered = len(TABLE_REGISTRY)
    await add_field(browser, "contacts", name="own", type="text")  # the standard table is held by all worlds
    first = await look()
    for number in range(3):
        assert (await add_field(browser, "contacts", name=f"extra_{number}", type="text")).status_code == 201
        await look()
    gc.collect()
    assert first() is None
    assert len(TABLE_REGISTRY) == registered
