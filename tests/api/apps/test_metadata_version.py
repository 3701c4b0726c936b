"""The Metadata-Version header: another one after each change of what the caller sees besides records."""

from typing import Any

import pytest

from tests.api.apps.test_apps import APPS, PAGES, given
from tests.api.apps.test_views import VIEW, VIEWS
from tests.api.conftest import ON_SQLITE, Warm, World, process_beside
from tests.api.people import made_role, made_user, role_id
from tests.api.records.test_records import ACCOUNTS, make

NAVIGATION = "/api/v1/navigation"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", APPS, {"name": "support", "label": "Support"}),
        ("PATCH", f"{APPS}/sales", {"label": "Selling"}),
        ("PATCH", f"{PAGES}/accounts", {"label": "Companies"}),
        ("PATCH", "/api/v1/objects/accounts", {"label": "Company"}),
        ("PATCH", "/api/v1/objects/accounts/fields/name", {"label": "Company"}),
        ("POST", VIEWS, VIEW | {"roles": ["member"]}),
        ("PUT", "/api/v1/roles/{member}/permissions", {"permissions": ["accounts:read"]}),
    ],
)
async def test_a_change_changes_it_in_every_process(
    world: World, warm: Warm, method: str, path: str, body: Any
) -> None:
    client, member = await world.user(), await world.user("member")
    path = path.format(member=await role_id(world, "member"))
    before = (await member.get(NAVIGATION)).headers["metadata-version"]
    assert (await member.get("/api/v1/me")).headers["metadata-version"] == before
    changed = await client.request(method, path, json=body)
    assert changed.is_success, changed.text
    after = (await member.get(NAVIGATION)).headers["metadata-version"]
    assert after != before
    async with process_beside(world, warm) as other:
        response = await (await other.user("member")).get(NAVIGATION)
        assert response.headers["metadata-version"] == after


async def test_what_concerns_nobody_else_keeps_it(world: World) -> None:
    client = await world.user("member")
    seen = {(await client.get(NAVIGATION)).headers["metadata-version"]}
    record = await make(world)
    await client.patch(f"{ACCOUNTS}/{record['id']}", json={"employees": 7})
    await given(client, VIEWS, VIEW)
    await client.patch("/api/v1/me", json={"name": "Another Name"})
    await (await made_user(world, "somebody", "viewer")).post("/api/v1/auth/logout")
    await made_role(world, "other", "contacts:read")
    seen.add((await client.get(NAVIGATION)).headers["metadata-version"])
    assert len(seen) == 1


@ON_SQLITE
async def test_a_shared_view_that_changes_or_goes_changes_it(world: World) -> None:
    client, seen = await world.user(), []
    path = f"{VIEWS}/{(await given(client, VIEWS, VIEW | {'roles': ['viewer']}))['id']}"
    for method, body in (
        ("PATCH", {"label": "x"}),
        ("PATCH", {"roles": []}),
        ("PATCH", {"roles": ["viewer"]}),
    ):
        seen.append((await client.get(NAVIGATION)).headers["metadata-version"])
        await client.request(method, path, json=body)
    seen.append((await client.get(NAVIGATION)).headers["metadata-version"])
    await client.delete(path)
    seen.append((await client.get(NAVIGATION)).headers["metadata-version"])
    assert len(set(seen)) == 5


@ON_SQLITE
async def test_responses_of_all_kinds_have_it_for_signed_in_callers_only(world: World) -> None:
    client, record = await world.user(), await make(world)
    version = (await client.get(NAVIGATION)).headers["metadata-version"]
    path = f"{ACCOUNTS}/{record['id']}"
    for response in (
        await client.get(path),
        await client.get(path, headers={"If-None-Match": "*"}),
        await client.head(path),
        await client.patch(path, json={"employees": "many"}),
        await client.get(f"{ACCOUNTS}/x"),
        await client.get("/api/v1/nothing"),
        await client.get(f"{ACCOUNTS}/export.csv"),
        await client.post(ACCOUNTS, json={"name": "x"}, headers={"Idempotency-Key": "a"}),
        await client.post(ACCOUNTS, json={"name": "x"}, headers={"Idempotency-Key": "a"}),
    ):
        if response.request.url.path.endswith("/nothing"):
            continue  # nobody looks at the token there
        assert response.headers["metadata-version"] == version, response.request.url
    for stranger in (world.client(), world.client(token="a.b.c"), await world.user("member", "demo")):
        for where in (ACCOUNTS, "/api/v1/tenant"):
            other = await stranger.get(where)
            assert other.headers.get("metadata-version") != version


async def test_callers_with_other_rights_have_another(world: World) -> None:
    versions = set()
    for person in ("viewer", "member", "manager", "administrator"):
        versions.add((await (await world.user(person)).get(NAVIGATION)).headers["metadata-version"])
    assert len(versions) == 4
