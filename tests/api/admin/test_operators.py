"""The operators' admin: they look at the registry and act on tenants through it, and no other way."""

import re
from typing import Any
from uuid import uuid4

import pytest

from central.database import CENTRAL
from central.operators import audit
from central.tables import Tenant
from piccolo_engines.mysql import MySQLEngine
from tests.api.admin.browsing import Browser, operators_browser
from tests.api.conftest import ON_MARIADB, ON_SQLITE, OPERATOR_TOKEN, PASSWORD, World

TABLES = ["tenants", "domains", "jobs", "steps", "upgrades", "upgrade_tenants", "backups", "audit"]
TABLES += ["operators", "tokens", "servers", "plans", "usage"]
NOVA = {"name": "Nova", "slug": "nova", "primary_domain": "nova"}


async def last_acts(world: World, count: int) -> list[tuple[str, str | None, str]]:
    with CENTRAL.bind(world.platform.central_engine):
        page = await audit.page(count)
    return [(one.action, one.tenant_slug, one.actor.name) for one in reversed(page.items)]


async def test_the_menu_has_the_tables_and_the_forms(world: World) -> None:
    browser = await operators_browser(world)
    assert await browser.get("tables/") == TABLES
    grouped = await browser.get("tables/grouped/")
    assert sorted(name for names in grouped["grouped"].values() for name in names) == sorted(TABLES)
    forms = {form["slug"] for form in await browser.get("forms/")}
    assert forms == {
        "create-a-tenant",
        "suspend-a-tenant",
        "set-a-tenant-to-read-only",
        "move-a-tenant",
        "restore-a-tenant",
        "archive-a-tenant",
        "resume-a-tenant",
        "rename-a-tenant",
        "add-a-domain",
        "verify-a-domain",
        "remove-a-domain",
        "change-a-database-password",
        "delete-a-tenant",
        "disconnect-a-tenant",
        "ask-for-support-access",
        "come-into-a-tenant",
    }
    assert (await browser.get("user/"))["username"] == "operator"


async def test_a_tenant_is_made_with_the_form_and_its_passwords_are_shown_once(world: World) -> None:
    browser = await operators_browser(world)
    said = await browser.done("create-a-tenant", **NOVA, admin_name="Nora", admin_email="nora@nova.example")
    password = next(line.removeprefix("Password: ") for line in said.splitlines() if "Password" in line)
    signed_in = await world.client("nova.localhost").post(
        "/api/v1/auth/login", json={"email": "nora@nova.example", "password": password}
    )
    assert signed_in.json()["user"]["name"] == "Nora"
    assert await last_acts(world, 2) == [
        ("tenant.create", "nova", "operator"),
        ("tenant.created", "nova", "operator"),
    ]
    every = [await browser.http.get(f"/admin/api/tables/{name}/") for name in TABLES]
    assert not [answer for answer in every if password in answer.text]


async def test_a_form_tells_all_its_faults_at_once_and_makes_nothing(world: World) -> None:
    browser = await operators_browser(world)
    said = await browser.refused(
        "create-a-tenant", name=" ", slug="No!", primary_domain="-", admin_email="x", admin_password="short"
    )
    assert set(said) == {"name", "slug", "primary_domain", "admin_email", "admin_password"}
    assert set(await browser.refused("create-a-tenant", name=" ", admin_email="x")) == {
        *("name", "slug", "primary_domain", "admin_email"),
    }
    assert "taken" in (await browser.refused("create-a-tenant", **NOVA | {"slug": "acme"}))["slug"]
    assert len(await browser.rows("tenants")) == 2


async def test_a_tenant_is_disconnected_with_a_form(world: World) -> None:
    await (await world.user()).get("/api/v1/data/accounts")
    browser = await operators_browser(world)
    said = await browser.done("disconnect-a-tenant", tenant="acme", force=True)
    assert re.fullmatch(r"The connections of acme are being closed: [1-9] were open\.", said)
    assert (await (await world.user()).get("/api/v1/data/accounts")).status_code == 200


async def test_a_tenant_is_suspended_resumed_renamed_and_deleted_with_forms(world: World) -> None:
    browser = await operators_browser(world)
    assert await browser.done("suspend-a-tenant", tenant="acme") == "acme is suspended."
    assert (await world.client().get("/api/v1/tenant")).status_code == 403
    assert "suspended" in (await browser.refused("suspend-a-tenant", tenant="acme"))["form"]
    await browser.done("resume-a-tenant", tenant="acme")
    assert (await world.client().get("/api/v1/tenant")).status_code == 200
    await browser.done("rename-a-tenant", tenant="acme", name="Acme International")
    assert (await world.client().get("/api/v1/tenant")).json()["name"] == "Acme International"
    assert (
        "Nothing was deleted"
        in (await browser.refused("delete-a-tenant", tenant="acme", confirm="demo"))["form"]
    )
    await browser.done("delete-a-tenant", tenant="acme", confirm="acme")
    assert (await world.client().get("/api/v1/tenant")).status_code == 404
    acts = [action for action, slug, _ in await last_acts(world, 5) if slug == "acme"]
    assert acts == ["tenant.suspend", "tenant.resume", "tenant.rename", "tenant.delete", "tenant.deleted"]


async def test_domains_come_and_go_with_forms(world: World) -> None:
    browser = await operators_browser(world)
    await browser.done("add-a-domain", tenant="acme", domain="crm.acme.example", trusted=True)
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).status_code == 200
    rows = await browser.rows("domains", domain="crm")
    assert [(row["domain"], row["tenant_readable"], row["is_primary"]) for row in rows] == [
        ("crm.acme.example", "acme", False)
    ]
    await browser.done("remove-a-domain", tenant="acme", domain="CRM.acme.example")
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).status_code == 404
    kept = await browser.refused("remove-a-domain", tenant="acme", domain="acme.localhost")
    assert "primary" in kept["domain"]
    assert "no such tenant" in (await browser.refused("suspend-a-tenant", tenant="nobody"))["form"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("table", [one for one in TABLES if one != "plans"])
@ON_SQLITE
async def test_no_table_takes_a_row_or_a_change(world: World, table: str, method: str) -> None:
    browser = await operators_browser(world)
    await browser.done("suspend-a-tenant", tenant="acme")  # so that there is an act
    first = next(iter(await browser.rows(table)), {"id": uuid4()})["id"]  # there are no backups
    for address in (f"api/tables/{table}/", f"api/tables/{table}/{first}/"):
        for body in ({}, {"name": "X", "slug": "x", "status": "active"}):
            answer = await browser.send(method, address, body)
            assert answer.status_code == 405, (address, answer.text)
    with CENTRAL.bind(world.platform.central_engine):
        assert await Tenant.count() == 2


SECRET_COLUMNS = ("secret", "token_hash", "session_hash", "password", "answer", "username", "folded_name")


@pytest.mark.parametrize("table", TABLES)
@ON_SQLITE
async def test_what_is_not_shown_cannot_be_named_either(world: World, table: str) -> None:
    browser = await operators_browser(world)
    schema = await browser.get(f"tables/{table}/schema/")
    assert not set(SECRET_COLUMNS) & set(schema["properties"])
    for column in SECRET_COLUMNS:
        for query in (
            {column: "a"},
            {f"{column}__operator": "not_null"},
            {f"{column}__match": "starts"},
            {"__order": column},
            {"__visible_fields": column},
            {"__visible_fields": f"tenant.{column}"},
        ):
            for address in (f"tables/{table}/", f"tables/{table}/count/"):
                answer = await browser.http.get(f"/admin/api/{address}", params=query)
                assert answer.status_code == 422, (query, answer.text)
    rows = (await browser.http.get(f"/admin/api/tables/{table}/")).text
    assert OPERATOR_TOKEN not in rows
    assert PASSWORD not in rows


@pytest.mark.parametrize(
    "table",
    ["credential", "credentials", "operator_session", "central_throttle", "idempotency_key", "users"],
)
@ON_SQLITE
async def test_other_tables_are_not_there(world: World, table: str) -> None:
    browser = await operators_browser(world)
    for rest in ("", "schema/", "ids/", "count/", "new/", "references/"):
        assert (await browser.http.get(f"/admin/api/tables/{table}/{rest}")).status_code == 404


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    browser = await operators_browser(world)
    assert [row["slug"] for row in await browser.rows("tenants", __order="slug")] == ["acme", "demo"]
    assert [row["slug"] for row in await browser.rows("tenants", __order="-slug")] == ["demo", "acme"]
    assert [row["slug"] for row in await browser.rows("tenants", name="CORPORATION", __order="slug")] == [
        "acme",
        "demo",
    ]
    assert [row["slug"] for row in await browser.rows("tenants", slug="acm", slug__match="starts")] == [
        "acme"
    ]
    assert await browser.rows("tenants", slug="acm", slug__match="exact") == []
    assert await browser.rows("tenants", slug="%") == []
    assert await browser.rows("tenants", created_at="2020-01-01T00:00:00Z", created_at__operator="lt") == []
    page = await browser.rows("tenants", __order="slug", __page_size="1", __page="2", __readable="true")
    assert [row["slug"] for row in page] == ["demo"]
    assert await browser.get("tables/tenants/count/", slug="acme") == {"count": 1, "page_size": 15}
    acme = (await browser.rows("tenants", slug="acme"))[0]["id"]
    assert [row["domain"] for row in await browser.rows("domains", tenant=acme)] == ["acme.localhost"]
    assert await browser.get("tables/tenants/ids/", search="ACM") == {acme: "acme"}
    some = await browser.rows("tenants", __visible_fields="id,slug", __order="slug")
    assert some[0] == {"id": acme, "slug": "acme"}


async def test_nonsense_in_a_list_is_told_and_not_ignored(world: World) -> None:
    browser = await operators_browser(world)
    for query, words in (
        ({"slgu": "a"}, "Did you mean slug?"),
        ({"created_at": "yesterday"}, "no value"),
        ({"id": "1; DROP TABLE tenant"}, "no value"),
        ({"__page": "0"}, "from 1 to"),
        ({"__page_size": "5000"}, "from 1 to"),
        ({"slug__operator": "like"}, "knows no"),
    ):
        answer = await browser.http.get("/admin/api/tables/tenants/", params=query)
        assert answer.status_code == 422, answer.text
        assert words in answer.text


async def test_the_journal_tells_of_every_step(world: World) -> None:
    browser = await operators_browser(world)
    jobs = await browser.rows("jobs", tenant_slug="acme")
    assert [(job["kind"], job["state"]) for job in jobs] == [("tenant.create", "done")]
    steps = await browser.rows("steps", job=jobs[0]["id"], __order="position", __page_size="100")
    assert {step["state"] for step in steps} == {"done"}
    assert len(steps) > 5
    assert await browser.get("tables/jobs/references/") == {
        "references": [{"tableName": "steps", "columnName": "job"}]
    }


async def test_servers_are_listed_with_their_tenants(world: World) -> None:
    browser = await operators_browser(world)
    servers = await browser.rows("servers")
    assert sum(server["tenants"] for server in servers) == 2
    assert [server["is_default"] for server in servers].count(True) == 1
    assert len(await browser.rows("servers", is_default="true")) == 1
    assert (await browser.get(f"tables/servers/{servers[0]['id']}/"))["name"] == servers[0]["name"]


async def test_the_database_server_of_a_form_is_one_of_those_that_are_there(world: World) -> None:
    browser = await operators_browser(world)
    schema: dict[str, Any] = await browser.get("forms/create-a-tenant/schema/")
    servers = {server.name for server in world.platform.servers} - {"sqlite"}
    assert ("server" in schema["properties"]) is bool(servers)
    if servers:
        assert set(schema["properties"]["server"]["extra"]["choices"]) == servers
    said = await browser.refused("create-a-tenant", **NOVA, server="db.evil.example:3306")
    assert set(said) == {"server"}


async def test_guests_get_nothing_but_the_page_and_its_words(world: World) -> None:
    browser = Browser(world, "localhost")
    await browser.open()
    for name in TABLES:
        assert (await browser.http.get(f"/admin/api/tables/{name}/")).status_code == 401
    for address in ("tables/", "forms/", "forms/create-a-tenant/schema/", "links/", "nothing/"):
        assert (await browser.http.get(f"/admin/api/{address}")).status_code == 401
    assert (await browser.submit("create-a-tenant", **NOVA)).status_code == 401
    assert len(await (await operators_browser(world)).rows("tenants")) == 2
    meta = (await browser.http.get("/admin/public/meta/")).json()
    assert meta["site_name"] == "Freehold for operators"


@ON_MARIADB
async def test_a_database_password_is_changed_with_a_form(world: World) -> None:
    browser = await operators_browser(world)
    await browser.done("create-a-tenant", **NOVA)  # others need the users of acme and demo as they are
    said = await browser.done("change-a-database-password", tenant="nova", end_connections=True)
    shown = dict(line.split(": ") for line in said.splitlines() if ": " in line)
    settings = world.platform.settings
    login = {"user": shown["Database user"], "password": shown["Database password"]}
    await MySQLEngine({"host": settings.db_host, "port": settings.db_port, **login}).run_ddl("SELECT 1")


@ON_SQLITE
async def test_a_file_has_no_password_to_change(world: World) -> None:
    browser = await operators_browser(world)
    assert "no user" in (await browser.refused("change-a-database-password", tenant="acme"))["form"]


@ON_SQLITE
async def test_an_operator_asks_with_a_form_and_comes_in_with_another(world: World) -> None:
    browser = await operators_browser(world)
    none = await browser.submit("come-into-a-tenant", tenant="acme")
    assert "Ask for it" in none.text
    said = await browser.done("ask-for-support-access", tenant="acme", reason="Ticket 4711", minutes=5)
    assert "has to agree" in said
    waiting = await browser.submit("come-into-a-tenant", tenant="acme")
    assert "Nobody has decided" in waiting.text
    administrator = await world.user()
    asked = (await administrator.get("/api/v1/support")).json()["data"][0]
    assert (asked["minutes"], asked["operator"]) == (5, "operator")
    await administrator.post(f"/api/v1/support/{asked['id']}/grant")
    assert "/login#ticket=fhs_" in await browser.done("come-into-a-tenant", tenant="acme")
