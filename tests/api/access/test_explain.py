"""Explaining permissions over HTTP: yes or no, by which role and rule, and nothing that is hidden."""

from typing import Any

import httpx

from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, user_id
from tests.api.scenarios import Callers, Scenario, check, table

EXPLAIN, ACCOUNTS = "/api/v1/permissions/explain", "/api/v1/data/accounts"
MINE = {"owner": {"eq": "$me"}}
READ = {"object": "accounts", "action": "read"}


async def ask(client: httpx.AsyncClient, **question: Any) -> dict[str, Any]:
    answer = await client.post(EXPLAIN, json=READ | question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@ON_SQLITE
@table(
    Scenario(
        name="about oneself",
        method="POST",
        path=EXPLAIN,
        body=READ,
        statuses={"viewer": 200, "member": 200, "manager": 200, "administrator": 200},
    ),
    Scenario(
        name="about another",
        method="POST",
        path=EXPLAIN,
        body=READ | {"user": "{administrator}"},
        statuses={"viewer": 403, "member": 403, "manager": 403, "administrator": 200},
    ),
)
async def test_who_may_ask(world: World, scenario: Scenario, callers: Callers) -> None:
    if "user" in scenario.body:
        body = scenario.body | {"user": await user_id(world, "administrator")}
        scenario = Scenario(
            name=scenario.name, method="POST", path=EXPLAIN, body=body, statuses=scenario.statuses
        )
    await check(world, scenario, callers)


async def test_it_tells_the_role_and_the_rule(world: World) -> None:
    hidden = {"object": "accounts", "field": "phone", "read": False}
    rules = [{"object": "accounts", "action": action, "filter": MINE} for action in ("update", "delete")]
    await made_role(world, "readers", "accounts:read", fields=[hidden])
    await made_role(world, "writers", "accounts:*", fields=[hidden], rules=rules)
    await made_role(world, "idle")
    sally = await made_user(world, "sally", "readers", "writers", "idle")
    who, administrator = await user_id(world, "sally"), await world.user()
    theirs = (await administrator.post(ACCOUNTS, json={"name": "Globex"})).json()["data"]["id"]
    mine = (await sally.post(ACCOUNTS, json={"name": "Initech"})).json()["data"]["id"]

    no = await ask(administrator, user=who, action="update", record=theirs)
    assert (no["allowed"], no["code"]) == (False, "record-kept")
    by_role = {(one["role"], one["action"]): one for one in no["roles"]}
    assert by_role["writers", "update"] == {
        "role": "writers",
        "action": "update",
        "permission": "accounts:*",
        "rule": MINE,
        "recordPasses": False,
        "fieldOpen": None,
    }
    assert by_role["readers", "read"]["recordPasses"] is True
    assert by_role["readers", "update"]["permission"] is None
    assert by_role["idle", "read"]["permission"] is None
    yes = await ask(administrator, user=who, action="update", record=mine)
    assert (yes["allowed"], yes["code"], yes["reason"]) == (True, "allowed", "Yes.")
    field = await ask(administrator, user=who, field="phone")
    assert (field["allowed"], field["code"]) == (False, "field-kept-back")
    assert [one["fieldOpen"] for one in field["roles"]] == [None, False, False]
    assert (await ask(administrator, user=who, action="update", field="name"))["allowed"] is True
    system = await ask(administrator, user=who, action="update", field="created_at")
    assert system["code"] == "field-of-the-system"


@ON_SQLITE
async def test_who_asks_about_oneself_is_not_told_what_is_hidden(world: World) -> None:
    hidden = {"object": "accounts", "field": "phone", "read": False}
    rule = {"object": "accounts", "action": "read", "filter": {"or": [MINE, {"industry": "other"}]}}
    await made_role(world, "sales", "accounts:read", fields=[hidden], rules=[rule])
    sally, administrator = await made_user(world, "sally", "sales"), await world.user()
    made = await administrator.post(ACCOUNTS, json={"name": "Globex", "industry": "finance"})
    there, nowhere = made.json()["data"]["id"], "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
    assert await ask(sally, record=there) == await ask(sally, record=nowhere)
    assert await ask(sally, field="phone") == await ask(sally, field="nothing")
    assert (await ask(sally, record=there))["code"] == "no-record"
    assert (await ask(sally, object="deals"))["code"] == "no-permission"
    await administrator.patch(f"{ACCOUNTS}/{there}", json={"industry": "other"})
    seen = await ask(sally, record=there)
    assert seen["allowed"] is True
    assert [(one["role"], one["rule"], one["recordPasses"]) for one in seen["roles"]] == [
        ("sales", None, True)
    ]


@ON_SQLITE
async def test_a_question_without_an_answer_is_refused(world: World) -> None:
    client = await world.user()
    nowhere = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
    for question, status in (
        ({"action": "destroy"}, 422),
        ({"action": "create", "record": nowhere}, 422),
        ({"action": "delete", "field": "name"}, 422),
        ({"object": "acounts"}, 404),
        ({"user": nowhere}, 404),
        ({"user": await user_id(world, "member", "demo")}, 404),
        ({"record": "x"}, 422),
    ):
        answer = await client.post(EXPLAIN, json=READ | question)
        assert answer.status_code == status, answer.text
    assert (await ask(client, record=nowhere))["code"] == "no-record"


@ON_SQLITE
async def test_who_is_not_let_in_may_do_nothing(world: World) -> None:
    client, member = await world.user(), await user_id(world, "member")
    await client.post(f"/api/v1/users/{member}/deactivate")
    assert (await ask(client, user=member))["code"] == "inactive"


@ON_SQLITE
async def test_a_program_is_told_of_itself_and_not_of_its_user(world: World) -> None:
    await made_role(world, "rulers", "roles:manage")
    await made_role(world, "readers", "accounts:read")
    ada, me = await made_user(world, "ada", "rulers", "readers"), await user_id(world, "ada")

    async def robot(role: str) -> httpx.AsyncClient:
        made = await ada.post("/api/v1/api-keys", json={"name": "robot", "roles": [role]})
        return world.client(token=made.json()["token"])

    ruler, reader = await robot("rulers"), await robot("readers")
    assert (await ask(ruler))["code"] == "no-permission"
    assert (await ask(ruler, user=me))["allowed"] is True
    assert (await ask(reader))["allowed"] is True
    assert (await reader.post(EXPLAIN, json=READ | {"user": me})).status_code == 403
