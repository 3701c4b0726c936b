"""Users and roles in a tenant's admin: the rules of their services hold there, too."""

import re
from typing import Any

import pytest

from tests.api.admin.browsing import Browser, said_against, tenants_browser
from tests.api.conftest import ON_SQLITE, PASSWORD, World

pytestmark = ON_SQLITE


async def user_row(browser: Browser, person: str) -> dict[str, Any]:
    return (await browser.rows("users", email=f"{person}@acme.example"))[0]


async def change(browser: Browser, table: str, row: dict[str, Any], **changes: Any) -> Any:
    """As the page does: the whole form is sent, with what was changed."""
    whole = {name: value for name, value in row.items() if name != "id" and not name.endswith("_readable")}
    return await browser.send("PATCH", f"api/tables/{table}/{row['id']}/", whole | changes)


async def test_an_administrator_sees_who_has_which_role(world: World) -> None:
    browser = await tenants_browser(world)
    row = await user_row(browser, "member")
    assert (row["roles"], row["active"], row["status"]) == (["member"], True, "active")
    schema = await browser.get("tables/users/schema/")
    choices = schema["properties"]["roles"]["extra"]["choices"]
    assert set(choices) == {"administrator", "manager", "member", "viewer"}
    assert "password_hash" not in schema["properties"]


async def test_roles_and_names_are_changed_through_the_service(world: World) -> None:
    browser = await tenants_browser(world)
    member = await world.user("member")
    assert (await member.get("/api/v1/auth/me")).json()["roles"] == ["member"]
    row = await user_row(browser, "member")
    answer = await change(browser, "users", row, roles=["manager", "viewer"], name="Mem Ber")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["roles"], answer.json()["name"]) == (["manager", "viewer"], "Mem Ber")
    assert set((await member.get("/api/v1/auth/me")).json()["roles"]) == {"manager", "viewer"}
    acts = [one["action"] for one in await browser.rows("audit")]
    assert {"user.roles", "user.update"} <= set(acts)


async def test_a_user_is_shut_out_and_let_in_again(world: World) -> None:
    browser = await tenants_browser(world)
    member = await world.user("member")
    row = await user_row(browser, "member")
    assert (await change(browser, "users", row, active="false")).status_code == 200
    assert (await member.get("/api/v1/auth/me")).status_code == 401
    row = await user_row(browser, "member")
    assert row["active"] is False
    assert (await change(browser, "users", row, active="true")).status_code == 200
    login = {"email": "member@acme.example", "password": PASSWORD}
    assert (await world.client().post("/api/v1/auth/login", json=login)).status_code == 200


async def test_the_last_administrator_stays_one_and_nothing_else_is_changed_either(world: World) -> None:
    browser = await tenants_browser(world)
    row = await user_row(browser, "administrator")
    for changes in ({"roles": ["member"]}, {"active": "false"}, {"roles": ["viewer"], "name": "Other"}):
        answer = await change(browser, "users", row, **changes)
        assert answer.status_code == 409, answer.text
        assert "Nobody would be left" in answer.text
    assert (await browser.send("DELETE", f"api/tables/users/{row['id']}/")).status_code == 409
    assert await user_row(browser, "administrator") == row


async def test_a_user_is_invited_with_a_form_and_chooses_a_password_by_the_link(world: World) -> None:
    browser = await tenants_browser(world)
    said = await browser.done(
        "invite-a-user", email="Grace@acme.example", name="Grace Hopper", roles=["member"], password=""
    )
    token = re.search(r"Link: https?://acme\.localhost\S*/invite/(\S+)", said)
    assert token is not None
    grace = (await browser.rows("users", email="grace"))[0]
    assert (grace["status"], grace["active"], grace["roles"]) == ("invited", True, ["member"])
    accepted = await world.client().post(
        "/api/v1/auth/accept", json={"token": token[1], "password": "staple battery horse"}
    )
    assert accepted.status_code in (200, 204), accepted.text
    login = {"email": "grace@acme.example", "password": "staple battery horse"}
    assert (await world.client().post("/api/v1/auth/login", json=login)).status_code == 200
    assert token[1] not in str(await browser.rows("audit"))
    refused = await browser.refused("invite-a-user", email="grace@acme.example", roles=["memper"])
    assert "roles" in refused
    taken = await browser.refused("invite-a-user", email="grace@acme.example")
    assert "email" in taken
    weak = await browser.refused("invite-a-user", email="x@acme.example", password="123")
    assert "password" in weak


@pytest.mark.parametrize(
    "wrong",
    [{"name": 5}, {"email": {"a": 1}}, {"email": ["a"]}, {"roles": [1]}, {"roles": 5}, {"password": 7}],
)
async def test_values_of_another_type_are_refused(world: World, wrong: dict[str, Any]) -> None:
    browser, name = await tenants_browser(world), next(iter(wrong))
    given = {"email": "x@acme.example", **wrong}
    assert list(await browser.refused("invite-a-user", **given)) == [name]
    if name != "password":
        answer = await change(browser, "users", await user_row(browser, "member"), **wrong)
        assert list(said_against(answer)) == [name]


async def test_a_password_is_reset_with_a_form(world: World) -> None:
    browser = await tenants_browser(world)
    said = await browser.done("reset-a-password", email="member@acme.example")
    token = re.search(r"Link: https?://acme\.localhost\S*/reset/(\S+)", said)
    assert token is not None
    body = {"token": token[1], "password": "staple battery horse"}
    assert (await world.client().post("/api/v1/auth/accept", json=body)).is_success
    assert "Nobody" in (await browser.refused("reset-a-password", email="who@acme.example"))["form"]


async def test_a_session_is_ended_by_deleting_its_row(world: World) -> None:
    browser, member = await tenants_browser(world), await world.user("member")
    assert (await member.get("/api/v1/auth/me")).status_code == 200
    row = next(one for one in await browser.rows("sessions") if one["user_readable"].startswith("member"))
    assert not [name for name in row if "hash" in name]
    assert (await browser.send("DELETE", f"api/tables/sessions/{row['id']}/")).status_code == 204
    assert (await member.get("/api/v1/auth/me")).status_code == 401
    mine = next(one for one in await browser.rows("sessions") if one["user_readable"].startswith("adm"))
    assert (await browser.send("DELETE", f"api/tables/sessions/{mine['id']}/")).status_code == 204
    assert (await browser.http.get("/admin/api/tables/")).status_code == 401


async def test_an_api_key_is_seen_without_its_secret_and_revoked_by_deleting_its_row(world: World) -> None:
    browser, client = await tenants_browser(world), await world.user("member")
    made = await client.post("/api/v1/api-keys", json={"name": "Import", "roles": ["member"]})
    assert made.status_code == 201, made.text
    key = next(value for value in made.json().values() if isinstance(value, str) and len(value) > 40)
    program = world.client(token=key)
    assert (await program.get("/api/v1/data/accounts")).status_code == 200
    shown = await browser.http.get("/admin/api/tables/api_keys/")
    assert key not in shown.text
    row = shown.json()["rows"][0]
    assert (row["name"], row["user_readable"]) == ("Import", "member@acme.example")
    assert not [name for name in row if "hash" in name]
    assert (await browser.send("DELETE", f"api/tables/api_keys/{row['id']}/")).status_code == 204
    assert (await program.get("/api/v1/data/accounts")).status_code == 401


async def test_a_role_is_made_edited_and_deleted(world: World) -> None:
    browser = await tenants_browser(world)
    made = await browser.send(
        "POST",
        "api/tables/roles/",
        {
            "name": "support",
            "label": "Support",
            "permissions": ["accounts:read"],
            "fields": '[{"object": "accounts", "field": "annual_revenue", "read": false}]',
            "rules": "[]",
        },
    )
    assert made.status_code == 201, made.text
    row = await browser.get(f"tables/roles/{made.json()[0]['id']}/")
    assert "annual_revenue" in row["fields"]
    answer = await change(
        browser, "roles", row, permissions=["accounts:read", "accounts:update"], description="Helps."
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["permissions"] == ["accounts:read", "accounts:update"]
    rule = '[{"object": "accounts", "action": "read", "filter": {"owner": "$me"}}]'
    answer = await change(browser, "roles", answer.json(), rules=rule)
    assert answer.status_code == 200, answer.text
    wrong = await change(browser, "roles", answer.json(), permissions=["acounts:read"])
    assert "permissions" in said_against(wrong)
    wrong = await change(browser, "roles", answer.json(), rules='[{"object": "nothing"}]')
    assert "rules" in said_against(wrong)
    member = await user_row(browser, "member")
    assert (await change(browser, "users", member, roles=["support"])).status_code == 200
    client = await world.user("member")
    accounts = await client.post("/api/v1/data/accounts", json={"name": "X"})
    assert accounts.status_code == 403, "the role may not create"
    assert (await browser.send("DELETE", f"api/tables/roles/{row['id']}/")).status_code == 409
    await change(browser, "users", await user_row(browser, "member"), roles=["viewer"])
    assert (await browser.send("DELETE", f"api/tables/roles/{row['id']}/")).status_code == 204
    assert await browser.rows("roles", name="support") == []


async def test_a_role_of_the_tenant_keeps_its_name(world: World) -> None:
    browser = await tenants_browser(world)
    row = (await browser.rows("roles", name="viewer"))[0]
    answer = await change(browser, "roles", row, name="watcher")
    assert answer.status_code in (409, 422), answer.text
    assert (await browser.send("DELETE", f"api/tables/roles/{row['id']}/")).status_code == 409


async def test_who_may_less_sees_less(world: World) -> None:
    """Of somebody with ``apps:manage`` alone: records, apps and pages, and nobody's rights."""
    browser = await tenants_browser(world)
    role = {"name": "builder", "label": "Builder", "permissions": ["apps:manage", "accounts:read"]}
    assert (await browser.send("POST", "api/tables/roles/", role)).status_code == 201
    await change(browser, "users", await user_row(browser, "member"), roles=["builder"])
    member = await tenants_browser(world, "member")
    assert await member.get("tables/") == ["accounts", "users", "apps", "pages"]
    assert await member.get("forms/") == []
    user = (await member.rows("users"))[0]
    assert set(user) == {"id", "email", "name", "active"}
    assert (await member.send("PATCH", f"api/tables/users/{user['id']}/", {"name": "X"})).status_code == 405
    assert (await member.submit("invite-a-user", email="x@acme.example")).status_code == 404
    for table in ("roles", "permissions", "audit", "objects", "fields", "contacts"):
        assert (await member.http.get(f"/admin/api/tables/{table}/")).status_code == 404
    assert (await member.send("POST", "api/tables/accounts/", {"name": "X"})).status_code == 405
    await change(browser, "users", await user_row(browser, "member"), roles=["viewer"])
    assert (await member.http.get("/admin/api/tables/")).status_code == 401, "out with the next request"


async def test_an_administrator_lets_an_operator_in_and_ends_it(world: World) -> None:
    path = f"/setup/tenants/{await world.tenant_id('acme')}/support"
    asked = (await world.operator().post(path, json={"reason": "Ticket 4711"})).json()
    browser = await tenants_browser(world)
    said = await browser.done("decide-about-support-access", request=asked["id"], decision="grant")
    assert "operator has access until" in said
    assert (await world.operator().post(f"{path}/{asked['id']}/ticket")).status_code == 200
    assert len(await browser.rows("users")) == 4, "the operator's user is no user of the tenant"
    assert (await browser.rows("support"))[0]["state"] == "granted"
    assert (await browser.send("DELETE", f"api/tables/support/{asked['id']}/")).status_code < 300
    assert (await world.operator().post(f"{path}/{asked['id']}/ticket")).status_code == 409
    again = await browser.submit("decide-about-support-access", request=asked["id"], decision="refuse")
    assert again.status_code == 422, "only requests without a decision are choices"
