"""The navigation: in one request all that a frontend needs, and nothing that is not for the caller."""

from typing import Any

import pytest

from tests.api.apps.test_apps import APPS, EVERYBODY, PAGES, given, hide, leave_only
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, role_id, user_id
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
    page = {"name": "accounts", "label": "Accounts", "type": "list", "object": "accounts"}
    assert app["pages"][0] == page | {"translations": {"de": {"label": "Firmen"}}}
    assert app["navigation"][0]["translations"] == {"de": {"label": "Kunden"}}
    accounts = named(found["objects"], "accounts")
    assert (accounts["label"], accounts["pluralLabel"]) == ("Account", "Accounts")
    assert accounts["can"] == {"create": True, "read": True, "update": True, "delete": False}
    assert named(accounts["fields"], "owner") == {
        "name": "owner",
        "label": "Owner",
        "type": "lookup",
        "target": "users",
        "translations": {"de": {"label": "Zuständig"}},
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


PREVIEW = f"{NAVIGATION}/preview"


@table(
    Scenario(
        name="preview",
        method="GET",
        path=f"{PREVIEW}?roles=viewer",
        statuses={"administrator": 200, "manager": 403, "member": 403, "viewer": 403},
        shows=('"sales"', '"accounts"'),
        hides=("Secret", "Demo"),
    )
)
@ON_SQLITE
async def test_who_may_preview(world: World, scenario: Scenario, callers: Callers) -> None:
    await given(
        await world.user("administrator", "demo"), APPS, {"name": "secret", "label": "Secret of demo"}
    )
    await check(world, scenario, callers)


async def test_a_preview_is_what_they_see(world: World) -> None:
    administrator = await world.user()
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False}
    path = f"/api/v1/roles/{await role_id(world, 'member')}/fields"
    await administrator.put(path, json={"fields": [hidden]})
    for person in ("viewer", "member", "manager", "administrator"):
        own = (await (await world.user(person)).get(NAVIGATION)).json()
        for query in ({"roles": person}, {"user": await user_id(world, person)}):
            preview = (await administrator.get(PREVIEW, params=query)).json()
            assert preview == {name: own[name] for name in ("roles", "permissions", "apps", "objects")}


@ON_SQLITE
async def test_roles_of_a_preview_add_up(world: World) -> None:
    await made_role(world, "erasers", "accounts:read", "accounts:delete")
    found = (await (await world.user()).get(PREVIEW, params={"roles": "erasers, viewer"})).json()
    assert found["roles"] == ["erasers", "viewer"]
    assert named(found["objects"], "accounts")["can"] == {
        "create": False,
        "read": True,
        "update": False,
        "delete": True,
    }
    assert named(found["objects"], "contacts")["can"]["delete"] is False


@ON_SQLITE
async def test_a_preview_needs_a_user_or_roles_of_this_tenant(world: World) -> None:
    client = await world.user()
    theirs = await user_id(world, "viewer", "demo")
    assert (await client.get(PREVIEW, params={"user": theirs})).status_code == 404
    assert (await client.get(PREVIEW)).status_code == 400
    assert (await client.get(PREVIEW, params={"user": theirs, "roles": "viewer"})).status_code == 400
    unknown = (await client.get(PREVIEW, params={"roles": "viewr"})).json()
    assert unknown["errors"][0]["didYouMean"] == "viewer"
    viewer = await user_id(world, "viewer")
    await client.post(f"/api/v1/users/{viewer}/deactivate")
    nothing = {"roles": [], "permissions": [], "apps": [], "objects": []}
    assert (await client.get(PREVIEW, params={"user": viewer})).json() == nothing
