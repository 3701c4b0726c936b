"""The workspace: one request with what a frontend begins with."""

from typing import Any

import pytest

from api.frontend.files import frontend_version
from tests.api.apps.test_apps import APPS, EVERYBODY, PAGES, given
from tests.api.apps.test_views import VIEW, VIEWS
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user
from tests.api.scenarios import Callers, Scenario, check, table

WORKSPACE = "/api/v1/workspace"


@table(
    Scenario(
        name="workspace",
        method="GET",
        path=WORKSPACE,
        statuses=EVERYBODY,
        shows=("Acme Corporation", '"sales"', '"accounts"', "Everybody's"),
        hides=("Secret", "Demo", "Mine alone"),
    ),
    Scenario(name="central host", method="GET", path=WORKSPACE, host="localhost", statuses={"*": 404}),
    Scenario(
        name="a parameter",
        method="GET",
        path=f"{WORKSPACE}?x=1",
        statuses={**dict.fromkeys(EVERYBODY, 400), "*": 401},
    ),
)
@ON_SQLITE
async def test_everybody_has_one(world: World, scenario: Scenario, callers: Callers) -> None:
    demo, writer = await world.user("administrator", "demo"), await made_user(world, "writer", "member")
    await given(demo, APPS, {"name": "secret", "label": "Secret of demo"})
    await given(writer, VIEWS, VIEW | {"label": "Mine alone"})
    roles = ["viewer", "member", "manager", "administrator"]
    await given(await world.user(), VIEWS, VIEW | {"label": "Everybody's", "roles": roles})
    await check(world, scenario, callers)


@pytest.mark.parametrize("person", ["viewer", "member", "manager", "administrator"])
async def test_its_parts_are_those_of_the_routes_for_each(world: World, person: str) -> None:
    client = await world.user(person)
    await given(client, VIEWS, VIEW)
    found = (await client.get(WORKSPACE)).json()

    async def read(path: str) -> Any:
        return (await client.get(f"/api/v1/{path}")).json()

    me = await read("auth/me")
    assert found["tenant"] == await read("tenant")
    assert found["user"] == await read("me")
    assert (found["roles"], found["permissions"]) == (me["roles"], me["permissions"])
    assert found["navigation"] == await read("navigation")
    assert found["views"] == (await read("views"))["data"]
    assert (found["support"], found["operators"]) == (None, [])
    assert found["frontendVersion"] == frontend_version() != ""


async def test_those_who_share_views_see_the_names_of_roles_without_what_they_grant(world: World) -> None:
    await made_role(world, "sharing", "accounts:read", "apps:manage")
    shares = await made_user(world, "shares", "sharing")
    assert (await shares.get("/api/v1/roles")).status_code == 403
    roles = (await shares.get(WORKSPACE)).json()["shareableRoles"]
    assert all(set(role) == {"id", "name", "label"} for role in roles)
    names = [role["name"] for role in roles]
    assert names == sorted(names)
    assert {"administrator", "manager", "member", "viewer", "sharing"} <= set(names)
    shared = await given(
        shares, VIEWS, {**VIEW, "columns": ["name"], "sort": [], "filter": {}, "roles": ["viewer"]}
    )
    viewer = next(role for role in roles if role["name"] == "viewer")
    assert shared["sharedWith"] == [viewer]
    assert (await (await world.user("member")).get(WORKSPACE)).json()["shareableRoles"] == []


async def test_a_change_changes_it(world: World) -> None:
    client, member = await world.user(), await world.user("member")
    seen = []
    for method, path, body in (
        ("GET", WORKSPACE, None),
        ("PATCH", f"{PAGES}/accounts", {"label": "Companies"}),
        ("PATCH", "/api/v1/objects/accounts/fields/name", {"label": "Company"}),
        ("POST", VIEWS, VIEW | {"roles": ["member"]}),
    ):
        done = await client.request(method, path, json=body)
        assert done.is_success, done.text
        response = await member.get(WORKSPACE, headers={"If-None-Match": ", ".join(seen)} if seen else {})
        assert response.status_code == 200
        seen.append(response.headers["etag"])
    assert (await member.get(WORKSPACE, headers={"If-None-Match": seen[-1]})).status_code == 304
