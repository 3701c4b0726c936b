"""If-Match on definitions: nobody overwrites what somebody else has just changed."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

from tests.api.apps.test_apps import APPS, LIST, given
from tests.api.apps.test_views import VIEW, VIEWS
from tests.api.conftest import ON_SQLITE, Warm, World, process_beside
from tests.api.people import made_role
from tests.api.scenarios import assert_problem

_OBJECT: Final = {"name": "deals", "label": "Deal", "pluralLabel": "Deals"}
_FIELD: Final = {"name": "stage", "label": "Stage", "type": "text", "maxLength": 40}


async def _app(_world: World, client: httpx.AsyncClient) -> str:
    await given(client, APPS, {"name": "support", "label": "Support"})
    return f"{APPS}/support"


async def _page(_world: World, client: httpx.AsyncClient) -> str:
    await given(client, f"{APPS}/sales/pages", LIST)
    return f"{APPS}/sales/pages/customers"


async def _view(_world: World, client: httpx.AsyncClient) -> str:
    return f"{VIEWS}/{(await given(client, VIEWS, VIEW))['id']}"


async def _role(world: World, _client: httpx.AsyncClient) -> str:
    return f"/api/v1/roles/{(await made_role(world, 'sales', 'accounts:read'))['id']}"


async def _object(_world: World, client: httpx.AsyncClient) -> str:
    await given(client, "/api/v1/objects", {**_OBJECT, "fields": [_FIELD]})
    return "/api/v1/objects/deals"


async def _field(world: World, client: httpx.AsyncClient) -> str:
    return f"{await _object(world, client)}/fields/stage"


_KINDS: Final[dict[str, Callable[[World, httpx.AsyncClient], Any]]] = {
    "app": _app,
    "page": _page,
    "view": _view,
    "role": _role,
    "object": _object,
    "field": _field,
}
each_kind = pytest.mark.parametrize("kind", _KINDS)


def _content(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    return body["data"] if set(body) == {"data"} else body


@each_kind
async def test_a_change_of_another_version_is_refused_with_the_current_one(world: World, kind: str) -> None:
    client = await world.user()
    path = await _KINDS[kind](world, client)
    first = await client.get(path)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[1-9][0-9]{0,17}-[0-9a-f]{18}(-[a-z]+)?"', tag)
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    changed = await client.patch(path, json={"label": "Second"}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == (await client.get(path)).headers["etag"] != tag
    for method, body in (("PATCH", {"label": "Third"}), ("PATCH", {}), ("DELETE", None)):
        if kind in {"object", "field"} and body == {}:
            continue  # which is refused by itself
        late = await client.request(method, path, json=body, headers={"If-Match": tag})
        problem = assert_problem(late, "version-mismatch")
        assert (late.status_code, problem["current"]) == (412, _content(await client.get(path)))
        assert problem["current"]["label"] == "Second"
    given_tags = f"{tag}, {changed.headers['etag']}"
    assert (await client.patch(path, json={"label": "Third"}, headers={"If-Match": given_tags})).is_success
    assert (await client.patch(path, json={"label": "Fourth"}, headers={"If-Match": "*"})).is_success
    assert (await client.patch(path, json={"label": "Fifth"})).is_success
    weak = {"If-Match": "W/" + (await client.get(path)).headers["etag"]}
    assert (await client.patch(path, json={"label": "x"}, headers=weak)).status_code == 412
    assert (await client.patch(path, json={"label": "x"}, headers={"If-Match": "x"})).status_code == 400
    current = {"If-Match": (await client.get(path)).headers["etag"]}
    assert (await client.delete(path, headers=current)).status_code == 204
    assert (await client.patch(path, json={"label": "x"}, headers={"If-Match": "*"})).status_code == 404
    assert (await client.delete(path, headers=current)).status_code == 404


@each_kind
async def test_of_changes_at_the_same_time_one_wins(world: World, kind: str) -> None:
    client = await world.user()
    path = await _KINDS[kind](world, client)
    tag = {"If-Match": (await client.get(path)).headers["etag"]}
    changes = [client.patch(path, json={"label": f"By {at}"}, headers=tag) for at in range(5)]
    responses = await asyncio.gather(*changes)
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200, 412, 412, 412, 412], [response.text for response in responses]
    (winner,) = [response for response in responses if response.status_code == 200]
    assert _content(await client.get(path)) == _content(winner)


@each_kind
async def test_a_change_of_another_process_is_noticed(world: World, warm: Warm, kind: str) -> None:
    async with process_beside(world, warm) as other:
        here, there = await world.user(), await other.user()
        path = await _KINDS[kind](world, here)
        tag = {"If-Match": (await there.get(path)).headers["etag"]}
        assert (await here.patch(path, json={"label": "Second"})).status_code == 200
        late = await there.patch(path, json={"label": "Third"}, headers=tag)
        problem = assert_problem(late, "version-mismatch")
        assert problem["current"]["label"] == "Second", "not what is cached"
        mended = {"If-Match": (await there.get(path)).headers["etag"]}
        assert (await there.patch(path, json={"label": "Third"}, headers=mended)).status_code == 200


@pytest.mark.parametrize("part", ["permissions", "fields", "rules"])
async def test_what_a_role_grants_is_a_part_of_its_version(world: World, part: str) -> None:
    client = await world.user()
    path = await _role(world, client)
    bodies = {
        "permissions": {"permissions": ["accounts:read", "accounts:update"]},
        "fields": {"fields": [{"object": "accounts", "field": "phone", "read": False}]},
        "rules": {"rules": [{"object": "accounts", "action": "read", "filter": {"owner": "$me"}}]},
    }
    tag = (await client.get(path)).headers["etag"]
    put = await client.put(f"{path}/{part}", json=bodies[part], headers={"If-Match": tag})
    assert (put.status_code, put.headers["etag"]) == (200, (await client.get(path)).headers["etag"])
    for other, body in bodies.items():
        late = await client.put(f"{path}/{other}", json=body, headers={"If-Match": tag})
        assert assert_problem(late, "version-mismatch")["current"] == put.json()


async def test_a_field_that_comes_changes_or_goes_changes_the_version_of_its_object(world: World) -> None:
    client = await world.user()
    path = await _object(world, client)
    tags = {(await client.get(path)).headers["etag"]}
    for method, where, body in (
        ("POST", f"{path}/fields", {**_FIELD, "name": "mood"}),
        ("PATCH", f"{path}/fields/mood", {"label": "Mood"}),
        ("DELETE", f"{path}/fields/mood", None),
    ):
        done = await client.request(method, where, json=body)
        assert done.is_success, done.text
        for tag in tags:
            late = await client.patch(path, json={"label": "x"}, headers={"If-Match": tag})
            assert late.status_code == 412
        tags.add((await client.get(path)).headers["etag"])


async def test_sharing_a_view_changes_its_version_and_a_default_does_not(world: World) -> None:
    client = await world.user()
    path = await _view(world, client)
    first = (await client.get(path)).headers["etag"]
    default = await client.patch(path, json={"default": True}, headers={"If-Match": first})
    assert default.headers["etag"].partition("-")[0] == first.partition("-")[0]
    shared = await client.patch(path, json={"roles": ["member"]}, headers={"If-Match": first})
    assert shared.status_code == 200
    assert (await client.patch(path, json={"roles": []}, headers={"If-Match": first})).status_code == 412


@ON_SQLITE
async def test_a_plan_is_of_the_version_asked_for(world: World) -> None:
    client = await world.user()
    path = await _field(world, client)
    tag = {"If-Match": (await client.get(path)).headers["etag"]}
    planned = await client.patch(f"{path}?dryRun=true", json={"label": "Phase"}, headers=tag)
    assert "plan" in planned.json()
    await client.patch(path, json={"label": "Phase"})
    late = await client.patch(f"{path}?dryRun=true", json={"label": "Phase"}, headers=tag)
    assert late.status_code == 412


@each_kind
@ON_SQLITE
async def test_who_may_not_change_it_learns_nothing_from_a_version(world: World, kind: str) -> None:
    client = await world.user()
    path = await _KINDS[kind](world, client)
    tag = (await client.get(path)).headers["etag"]
    viewer, neighbour = await world.user("viewer"), await world.user("administrator", "demo")
    for given_tag in (tag, '"1"'):
        for other in (viewer, neighbour):
            refused = await other.patch(path, json={"label": "x"}, headers={"If-Match": given_tag})
            assert refused.status_code in {403, 404}, refused.text
            assert "current" not in refused.json()
