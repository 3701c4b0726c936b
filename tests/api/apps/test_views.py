"""Saved list views over HTTP: one's own, and those that are shared."""

import asyncio
from typing import Any

import pytest

from piccolo_conf import DB
from tenant_schema.apps.tables import ListView
from tenant_schema.users.tables import User
from tests.api.apps.test_apps import given, hide, leave_only
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

VIEWS = "/api/v1/views"
VIEW: dict[str, Any] = {
    "object": "accounts",
    "label": "Prospects",
    "columns": ["name", "annual_revenue"],
    "sort": ["-annual_revenue", "name"],
    "filter": {"type": "prospect", "owner": "$me"},
}
PEOPLE = ("viewer", "member", "manager", "administrator")
NOT_THERE = {**dict.fromkeys(PEOPLE, 404), "*": 401}
EVERYBODY = {**dict.fromkeys(PEOPLE, 200), "*": 401}
SHARED = {**EVERYBODY, "viewer": 404}
MASTERS = {"viewer": 404, "member": 403, "manager": 200, "administrator": 200, "*": 401}
NOWHERE = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


@table(
    Scenario(name="list", method="GET", path=VIEWS, statuses=EVERYBODY, hides=("Mine alone", "Secret")),
    Scenario(
        name="create",
        method="POST",
        path=VIEWS,
        body=VIEW,
        statuses={**dict.fromkeys(PEOPLE, 201), "*": 401},
        shows=('"mine":true', '"roles":[]', '"default":false', '"leftOut":[]'),
    ),
    Scenario(
        name="share",
        method="POST",
        path=VIEWS,
        body=VIEW | {"roles": ["member", "viewer"]},
        statuses={"viewer": 403, "member": 403, "manager": 201, "administrator": 201, "*": 401},
        shows=('"roles":["member","viewer"]',),
    ),
    Scenario(name="read shared", method="GET", path=f"{VIEWS}/{{shared}}", statuses=SHARED),
    Scenario(
        name="change shared",
        method="PATCH",
        path=f"{VIEWS}/{{shared}}",
        body={"label": "All", "columns": ["name"]},
        statuses=MASTERS,
        shows=('"All"',),
    ),
    Scenario(
        name="begin with shared",
        method="PATCH",
        path=f"{VIEWS}/{{shared}}",
        body={"default": True},
        statuses=SHARED,
        shows=('"default":true',),
    ),
    Scenario(
        name="delete shared",
        method="DELETE",
        path=f"{VIEWS}/{{shared}}",
        statuses=MASTERS | {"manager": 204, "administrator": 204},
    ),
    Scenario(
        name="read somebody's own",
        method="GET",
        path=f"{VIEWS}/{{own}}",
        statuses=NOT_THERE | {"manager": 200},
    ),
    Scenario(
        name="change somebody's own",
        method="PATCH",
        path=f"{VIEWS}/{{own}}",
        body={"default": True},
        statuses=NOT_THERE | {"manager": 200},
    ),
    Scenario(
        name="delete somebody's own",
        method="DELETE",
        path=f"{VIEWS}/{{own}}",
        statuses=NOT_THERE | {"manager": 204},
    ),
    Scenario(name="another tenant's", method="GET", path=f"{VIEWS}/{{foreign}}", statuses=NOT_THERE),
    Scenario(
        name="delete another tenant's", method="DELETE", path=f"{VIEWS}/{{foreign}}", statuses=NOT_THERE
    ),
    Scenario(name="no id", method="GET", path=f"{VIEWS}/x", statuses=NOT_THERE),
    Scenario(name="central host", method="GET", path=VIEWS, host="localhost", statuses={"*": 404}),
    apart=True,
)
@ON_SQLITE
async def test_roles_decide(world: World, scenario: Scenario, callers: Callers) -> None:
    manager = await world.user("manager")
    demo = await world.user("administrator", "demo")
    shared = await given(manager, VIEWS, VIEW | {"roles": ["member"]})
    label = "Mine" if callers == ("manager",) else "Mine alone"
    own = await given(manager, VIEWS, VIEW | {"label": label})
    foreign = await given(demo, VIEWS, VIEW | {"label": "Secret of demo"})
    await check(world, scenario, callers, shared=shared["id"], own=own["id"], foreign=foreign["id"])


async def test_a_view_through_its_life(world: World) -> None:
    client = await world.user("member")
    made = await given(client, VIEWS, VIEW | {"default": True})
    assert {key: made[key] for key in VIEW} == VIEW
    assert (made["default"], made["mine"], made["ownerName"]) == (True, True, "Member")
    other = await given(client, VIEWS, VIEW | {"label": "All", "filter": {}})
    path = f"{VIEWS}/{other['id']}"
    changed = (await client.patch(path, json={"sort": [], "default": True})).json()
    assert (changed["sort"], changed["default"], changed["columns"]) == ([], True, VIEW["columns"])
    listed = (await client.get(VIEWS, params={"object": "accounts"})).json()["data"]
    assert [(one["label"], one["default"]) for one in listed] == [("All", True), ("Prospects", False)]
    assert (await client.patch(path, json={"default": False})).json()["default"] is False
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_of_two_defaults_at_once_one_stays(world: World) -> None:
    client = await world.user("member")
    made = [await given(client, VIEWS, VIEW | {"label": str(number)}) for number in range(4)]
    answers = await asyncio.gather(
        *(client.patch(f"{VIEWS}/{one['id']}", json={"default": True}) for one in made)
    )
    assert {answer.status_code for answer in answers} <= {200, 503}, [one.text for one in answers]
    listed = (await client.get(VIEWS)).json()["data"]
    assert sum(one["default"] for one in listed) == 1


async def test_each_user_begins_where_they_like(world: World) -> None:
    manager, member = await world.user("manager"), await world.user("member")
    shared = await given(manager, VIEWS, VIEW | {"roles": ["member"], "default": True})
    path = f"{VIEWS}/{shared['id']}"
    assert (await member.get(path)).json()["default"] is False
    await member.patch(path, json={"default": True})
    await manager.patch(path, json={"default": False})
    assert (await member.get(path)).json()["default"] is True


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"object": "acounts"}, "object"),
        ({"object": None, "label": 5}, "label object"),
        ({"columns": [], "sort": ["nmae"], "filter": {"industry": "x", "a": 1}},
         "columns filter.a filter.industry sort.0"),
        ({"columns": "name", "sort": {}, "filter": [], "default": "x"}, "columns default filter sort"),
        ({"roles": ["membre"]}, "roles.0"),
        ({"roles": "member", "colour": 1}, "colour roles"),
    ],
)  # fmt: skip
async def test_every_problem_is_told_at_once(world: World, change: Any, problems: str) -> None:
    answer = await (await world.user()).post(VIEWS, json=VIEW | change)
    assert answer.status_code == 422, answer.text
    assert sorted({one["field"] for one in assert_problem(answer)["errors"]}) == problems.split()


@ON_SQLITE
async def test_a_view_names_only_what_its_maker_may_read(world: World) -> None:
    await hide(world, "member", "annual_revenue")
    answer = await (await world.user("member")).post(VIEWS, json=VIEW)
    assert [one["field"] for one in assert_problem(answer)["errors"]] == ["columns.1", "sort.0"]


@ON_SQLITE
async def test_what_is_hidden_or_gone_is_left_out_when_it_is_read(world: World) -> None:
    await hide(world, "member", "annual_revenue", "type")
    shared = await given(await world.user(), VIEWS, VIEW | {"roles": ["member"]})
    async with world.platform.tenancy.use(await world.tenant("acme")), DB.transaction():
        columns = ["name", "annual_revenue", "was_dropped"]
        await ListView.update({ListView.columns: columns}).where(ListView.id == shared["id"])
    answer = await (await world.user("member")).get(f"{VIEWS}/{shared['id']}")
    shown = answer.json()
    assert (shown["columns"], shown["sort"], shown["filter"]) == (["name"], ["name"], {"owner": "$me"})
    assert shown["leftOut"] == ["columns.1", "columns.2", "sort.0", "filter"]
    assert not [
        text
        for text in ("annual_revenue", "was_dropped", "prospect")
        if text in answer.text.replace("Prospects", "")
    ]
    whole = (await (await world.user()).get(f"{VIEWS}/{shared['id']}")).json()
    assert (whole["leftOut"], whole["filter"]) == (["columns.2"], VIEW["filter"])


@ON_SQLITE
async def test_views_of_what_the_caller_may_not_read_are_not_there(world: World) -> None:
    await leave_only(world, "viewer", "contracts:read")
    shared = await given(await world.user(), VIEWS, VIEW | {"roles": ["viewer"]})
    viewer = await world.user("viewer")
    assert (await viewer.get(VIEWS)).json() == {"data": []}
    assert (await viewer.get(f"{VIEWS}/{shared['id']}")).status_code == 404
    assert (await viewer.get(VIEWS, params={"object": "accounts"})).status_code == 403


@ON_SQLITE
async def test_views_of_one_object(world: World) -> None:
    client = await world.user()
    await given(client, VIEWS, VIEW)
    assert len((await client.get(VIEWS, params={"object": "accounts"})).json()["data"]) == 1
    answer = await client.get(VIEWS, params={"object": "acounts"})
    assert assert_problem(answer, "object-not-found")["errors"][0]["didYouMean"] == "accounts"
    assert (await client.get(VIEWS, params={"objekt": "accounts"})).status_code == 400


async def test_a_shared_view_outlives_its_owner(world: World) -> None:
    member = await world.user("member")
    made = await given(member, VIEWS, VIEW)
    shared = await given(await world.user("manager"), VIEWS, VIEW | {"label": "Ours", "roles": ["member"]})
    async with world.platform.tenancy.use(await world.tenant("acme")), DB.transaction():
        await User.delete().where(User.email == "manager@acme.example")
    assert (await member.get(f"{VIEWS}/{shared['id']}")).json()["ownerName"] == ""
    assert (await (await world.user()).get(f"{VIEWS}/{made['id']}")).status_code == 404


@ON_SQLITE
async def test_there_is_an_end_to_how_many_there_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenant_schema.apps.views.service._MOST", 2)
    client = await world.user("member")
    await given(client, VIEWS, VIEW)
    await given(client, VIEWS, VIEW)
    assert_problem(await client.post(VIEWS, json=VIEW), "too-many")
