"""Restricted fields and row rules of a role hold in the admin: in lists, filters, counts and writes."""

import json
from typing import Any

import pytest

from tests.api.admin.browsing import Browser, said_against, tenants_browser
from tests.api.admin.test_tenant_people import change, user_row
from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE

SECRET = "987654.00"
RULES = [
    {"object": "accounts", "action": one, "filter": {"owner": "$me"}} for one in ("read", "update", "delete")
]


@pytest.fixture
async def accounts(world: World) -> dict[str, str]:
    """One account of the member's and one of somebody else's, each with a contact."""
    boss, member = await world.user(), await world.user("member")
    ids: dict[str, str] = {}
    for name, client in (("mine", member), ("theirs", boss)):
        body = {"name": f"{name} Ltd", "annual_revenue": SECRET, "industry": "technology"}
        ids[name] = (await client.post("/api/v1/data/accounts", json=body)).json()["data"]["id"]
        contact = {"last_name": f"of {name}", "account": ids[name]}
        ids[f"contact of {name}"] = (await boss.post("/api/v1/data/contacts", json=contact)).json()["data"][
            "id"
        ]
    return ids


@pytest.fixture
async def limited(world: World, accounts: dict[str, str]) -> Browser:
    """The member, who may build apps, and of accounts sees their own without the revenue."""
    boss = await tenants_browser(world)
    role = {
        "name": "builder",
        "label": "Builder",
        "permissions": [
            "apps:manage",
            "accounts:read",
            "accounts:update",
            "accounts:delete",
            "contacts:read",
        ],
        "fields": json.dumps(
            [
                {"object": "accounts", "field": "annual_revenue", "read": False},
                {"object": "accounts", "field": "phone", "update": False},
            ]
        ),
        "rules": json.dumps(RULES),
    }
    made = await boss.send("POST", "api/tables/roles/", role)
    assert made.status_code == 201, made.text
    answer = await change(boss, "users", await user_row(boss, "member"), roles=["builder"])
    assert answer.status_code == 200, answer.text
    return await tenants_browser(world, "member")


async def test_a_hidden_field_is_nowhere(limited: Browser, accounts: dict[str, str]) -> None:
    schema = await limited.get("tables/accounts/schema/")
    assert "annual_revenue" not in json.dumps(schema)
    assert "annual_revenue" not in (await limited.rows("accounts", __page_size="1000"))[0]
    assert "annual_revenue" not in await limited.get(f"tables/accounts/{accounts['mine']}/")
    assert "annual_revenue" not in await limited.get("tables/accounts/new/")
    for query in (
        {"annual_revenue": SECRET},
        {"annual_revenue": "1", "annual_revenue__operator": "gt"},
        {"annual_revenue__operator": "not_null"},
        {"__order": "annual_revenue"},
        {"__visible_fields": "id,annual_revenue"},
    ):
        for address in ("tables/accounts/", "tables/accounts/count/"):
            answer = await limited.http.get(f"/admin/api/{address}", params=query)
            assert answer.status_code == 422, (query, answer.text)
            assert SECRET not in answer.text
    written = await limited.send("PATCH", f"api/tables/accounts/{accounts['mine']}/", {"annual_revenue": "1"})
    assert written.status_code == 422


async def test_a_record_that_a_rule_hides_is_not_there(limited: Browser, accounts: dict[str, str]) -> None:
    assert [row["name"] for row in await limited.rows("accounts")] == ["mine Ltd"]
    assert (await limited.get("tables/accounts/count/"))["count"] == 1
    assert list(await limited.get("tables/accounts/ids/")) == [accounts["mine"]]
    assert await limited.get("tables/accounts/ids/", search="theirs") == {}
    hidden = f"api/tables/accounts/{accounts['theirs']}/"
    for method, body in (("GET", None), ("PATCH", {"name": "Mine now"}), ("DELETE", None)):
        answer = await limited.send(method, hidden, body)
        assert answer.status_code == 404, answer.text
        assert "theirs Ltd" not in answer.text


async def test_a_lookup_to_a_hidden_record_tells_nothing_of_it(
    limited: Browser, accounts: dict[str, str]
) -> None:
    rows = {row["last_name"]: row for row in await limited.rows("contacts", __readable="true")}
    assert rows["of mine"]["account_readable"] == "mine Ltd"
    assert rows["of theirs"].get("account_readable") is None
    one = await limited.http.get(f"/admin/api/tables/contacts/{accounts['contact of theirs']}/")
    assert "theirs Ltd" not in one.text


async def test_what_may_be_read_and_not_changed_is_read_only(
    limited: Browser, accounts: dict[str, str]
) -> None:
    schema = await limited.get("tables/accounts/schema/")
    assert schema["properties"]["phone"]["extra"]["read_only"] is True
    answer = await limited.send("PATCH", f"api/tables/accounts/{accounts['mine']}/", {"phone": "+31 1"})
    assert said_against(answer) == {"phone": "cannot be changed here"}
    ok = await limited.send("PATCH", f"api/tables/accounts/{accounts['mine']}/", {"name": "Renamed"})
    assert ok.status_code == 200, ok.text


async def test_a_change_of_rights_counts_from_the_next_request_on(
    world: World, limited: Browser, accounts: dict[str, Any]
) -> None:
    boss = await tenants_browser(world)
    role = (await boss.rows("roles", name="builder"))[0]
    whole = await boss.get(f"tables/roles/{role['id']}/")
    assert (await change(boss, "roles", whole, rules="[]", fields="[]")).status_code == 200
    assert len(await limited.rows("accounts")) == 2
    assert (await limited.get(f"tables/accounts/{accounts['theirs']}/"))["annual_revenue"] == SECRET


async def test_an_export_holds_what_the_list_shows_and_no_more(limited: Browser) -> None:
    answer = await limited.http.get(
        "/admin/api/tables/accounts/export.csv", params={"__visible_fields": "name"}
    )
    assert answer.text == "name\r\nmine Ltd\r\n"
    assert SECRET not in (await limited.http.get("/admin/api/tables/accounts/export.csv")).text
    for query in ({"__visible_fields": "annual_revenue"}, {"annual_revenue": SECRET}):
        refused = await limited.http.get("/admin/api/tables/accounts/export.csv", params=query)
        assert refused.status_code == 422, refused.text
    assert (await limited.http.get("/admin/api/tables/audit/export.csv")).status_code == 404
