"""The navigation: in one request all that a frontend needs, and nothing that is not for the caller."""

from typing import Any

import pytest

from tests.api.apps.test_apps import APPS, EVERYBODY, PAGES, given, hide, leave_only
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import Callers, Scenario, check, table

NAVIGATION = "/api/v1/navigation"


def named(objects: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in objects if one["name"] == name)


@table(
    Scenario(
        name="navigation",
        method="GET",
        path=NAVIGATION,
        statuses=EVERYBODY,
        shows=("Acme Corporation", '"sales"', '"accounts"'),
        hides=("Secret", "Demo"),
    ),
    Scenario(name="central host", method="GET", path=NAVIGATION, host="localhost", statuses={"*": 404}),
)
@ON_SQLITE
async def test_everybody_has_one(world: World, scenario: Scenario, callers: Callers) -> None:
    demo = await world.user("administrator", "demo")
    await given(demo, APPS, {"name": "secret", "label": "Secret of demo"})
    await check(world, scenario, callers)


async def test_it_holds_what_menus_and_lists_are_drawn_from(world: World) -> None:
    found = (await (await world.user("member")).get(NAVIGATION)).json()
    assert found["tenant"] == {"name": "Acme Corporation", "slug": "acme"}
    assert (found["user"]["email"], found["roles"]) == ("member@acme.example", ["member"])
    assert found["permissions"] == []
    (app,) = found["apps"]
    assert (app["name"], app["label"], app["icon"]) == ("sales", "Sales", "briefcase")
    assert app["navigation"][0]["pages"][0] == "accounts"
    assert app["pages"][0] == {"name": "accounts", "label": "Accounts", "type": "list", "object": "accounts"}
    accounts = named(found["objects"], "accounts")
    assert (accounts["label"], accounts["pluralLabel"]) == ("Account", "Accounts")
    assert accounts["can"] == {"create": True, "read": True, "update": True, "delete": False}
    assert named(accounts["fields"], "owner") == {
        "name": "owner",
        "label": "Owner",
        "type": "lookup",
        "target": "users",
    }
    assert named(accounts["fields"], "created_at")["readOnly"] is True


@pytest.mark.parametrize(
    ("person", "permissions"), [("administrator", "users:manage"), ("manager", "apps:manage")]
)
@ON_SQLITE
async def test_it_says_what_else_the_caller_may_manage(world: World, person: str, permissions: str) -> None:
    assert permissions in (await (await world.user(person)).get(NAVIGATION)).json()["permissions"]


@ON_SQLITE
async def test_fields_that_the_caller_may_not_read_are_not_in_it(world: World) -> None:
    await hide(world, "member", "annual_revenue", "name")
    found = (await (await world.user("member")).get(NAVIGATION)).json()
    accounts = named(found["objects"], "accounts")
    assert not {"annual_revenue", "name"} & {field["name"] for field in accounts["fields"]}
    assert accounts["nameField"] is None


@ON_SQLITE
async def test_without_permission_there_is_nothing(world: World) -> None:
    await leave_only(world, "viewer")
    await leave_only(world, "member", "accounts:create")
    found = (await (await world.user("viewer")).get(NAVIGATION)).json()
    assert (found["apps"], found["objects"]) == ([], [])
    found = (await (await world.user("member")).get(NAVIGATION)).json()
    (accounts,) = found["objects"]
    assert (found["apps"], accounts["fields"], accounts["can"]["read"]) == ([], [], False)


@ON_SQLITE
async def test_a_change_is_in_the_next_one(world: World) -> None:
    client, member = await world.user(), await world.user("member")
    await member.get(NAVIGATION)
    await client.patch(f"{PAGES}/accounts", json={"label": "Companies"})
    assert (await member.get(NAVIGATION)).json()["apps"][0]["pages"][0]["label"] == "Companies"
    await client.patch(f"{APPS}/sales", json={"active": False})
    assert (await member.get(NAVIGATION)).json()["apps"] == []
    assert (await client.get(NAVIGATION)).json()["apps"] == [], "the menu has no app that is switched off"
