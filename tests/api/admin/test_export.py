"""CSV of the admins' tables: the API's own for records, and for the rest of the same kind."""

import csv
import io
from contextlib import ExitStack

from central.database import CENTRAL
from central.tables import AuditEvent
from tests.api.admin.browsing import Browser, operators_browser, tenants_browser
from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE


async def exported(browser: Browser, table: str, **query: str) -> list[dict[str, str]]:
    """The rows of the file by their heads."""
    answer = await browser.http.get(f"/admin/api/tables/{table}/export.csv", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{table}.csv"'
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_records_are_exported_as_the_api_exports_them(world: World) -> None:
    client, browser = await world.user(), await tenants_browser(world)
    account = (await client.post("/api/v1/data/accounts", json={"name": "=1+1"})).json()["data"]["id"]
    for body in ({"last_name": "Hopper", "account": account}, {"last_name": "Lovelace"}):
        assert (await client.post("/api/v1/data/contacts", json=body)).status_code == 201
    asked = {"__visible_fields": "account,last_name,email", "__order": "last_name", "__readable": "true"}
    answer = await browser.http.get("/admin/api/tables/contacts/export.csv", params=asked)
    api = await client.get(
        "/api/v1/data/contacts/export.csv?fields=account,account.name,last_name,email&sort=last_name"
    )
    assert answer.content == api.content
    assert answer.text.splitlines()[1:] == [f"{account},'=1+1,Hopper,", ",,Lovelace,"]
    excel = await browser.http.get(
        "/admin/api/tables/contacts/export.csv", params=asked | {"__delimiter": ";"}
    )
    assert excel.content.startswith(b"\xef\xbb\xbfaccount;account.name;last_name;email\r\n")
    asked = {"__visible_fields": "last_name", "last_name": "love"}
    assert await exported(browser, "contacts", **asked) == [{"last_name": "Lovelace"}]


async def test_other_tables_are_exported_whole_with_their_lookups_and_no_formulas(world: World) -> None:
    browser = await operators_browser(world)
    await browser.done("rename-a-tenant", tenant="acme", name="=HYPERLINK(1)")
    tenants = {row["slug"]: row for row in await exported(browser, "tenants")}
    assert tenants["acme"]["name"] == "'=HYPERLINK(1)"
    assert tenants["demo"]["status"] == "active"
    asked = {"__visible_fields": "domain,tenant,is_primary", "__order": "domain", "__readable": "true"}
    domains = await exported(browser, "domains", **asked)
    assert list(domains[0]) == ["domain", "tenant", "tenant_readable", "is_primary"]
    assert [(row["domain"], row["tenant_readable"], row["is_primary"]) for row in domains] == [
        ("acme.localhost", "acme", "true"),
        ("demo.localhost", "demo", "true"),
    ]
    excel = await browser.http.get(
        "/admin/api/tables/domains/export.csv", params=asked | {"__delimiter": ";"}
    )
    assert excel.content.startswith(b"\xef\xbb\xbfdomain;tenant;tenant_readable;is_primary\r\n")
    servers = await exported(browser, "servers")
    assert sum(int(row["tenants"]) for row in servers) == 2


async def test_more_rows_than_a_page_holds_are_exported_once_each(world: World) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        for _ in range(3):
            events = [AuditEvent(action=f"test.{number}", detail="{}") for number in range(700)]
            await AuditEvent.insert(*events)
    browser = await operators_browser(world)
    found = await exported(browser, "audit", action="test.", __visible_fields="id,detail,address,tenant_slug")
    assert len({row["id"] for row in found}) == len(found) == 2_100
    assert not [row for row in found if "null" in row.values() or "None" in row.values()]


async def test_an_export_counts_among_those_that_a_tenant_may_have_at_once(world: World) -> None:
    browser = await tenants_browser(world)
    exports, acme = world.platform.long_requests.exports, (await world.tenant("acme")).id
    with ExitStack() as stack:
        for _ in range(world.platform.settings.max_tenant_exports):
            stack.enter_context(exports.take(acme))
        answer = await browser.http.get("/admin/api/tables/contacts/export.csv")
        assert answer.status_code == 429, answer.text
    assert (await browser.http.get("/admin/api/tables/contacts/export.csv")).status_code == 200
    assert exports.running == 0
