"""Roles and permissions over HTTP: what they let people see and do, at once, and what they keep back."""

from typing import Any

import pytest

from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, role_id, user_id
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table
from tests.api.test_statement_counts import counted

ROLES, PERMISSIONS, ACCOUNTS = "/api/v1/roles", "/api/v1/permissions", "/api/v1/data/accounts"
MANAGING = {"administrator": 200, "viewer": 403, "member": 403, "manager": 403}
MINE = {"owner": {"eq": "$me"}}
SCENARIOS = (
    Scenario(
        name="list roles", method="GET", path=ROLES, statuses=MANAGING, shows=("manager", "apps:manage")
    ),
    Scenario(name="read role", method="GET", path=f"{ROLES}/{{role}}", statuses=MANAGING, shows=("viewer",)),
    Scenario(
        name="create role",
        method="POST",
        path=ROLES,
        body={"name": "sales"},
        statuses=MANAGING | {"administrator": 201},
    ),
    Scenario(
        name="change role", method="PATCH", path=f"{ROLES}/{{role}}", body={"label": "x"}, statuses=MANAGING
    ),
    Scenario(
        name="delete role",
        method="DELETE",
        path=f"{ROLES}/{{own}}",
        statuses=MANAGING | {"administrator": 204},
    ),
    Scenario(
        name="permissions of a role",
        method="PUT",
        path=f"{ROLES}/{{role}}/permissions",
        body={"permissions": ["*:*"]},
        statuses=MANAGING,
    ),
    Scenario(
        name="fields of a role",
        method="PUT",
        path=f"{ROLES}/{{role}}/fields",
        body={"fields": []},
        statuses=MANAGING,
    ),
    Scenario(
        name="rules of a role",
        method="PUT",
        path=f"{ROLES}/{{role}}/rules",
        body={"rules": []},
        statuses=MANAGING,
    ),
    Scenario(name="list permissions", method="GET", path=PERMISSIONS, statuses=MANAGING),
    Scenario(name="read permission", method="GET", path=f"{PERMISSIONS}/{{permission}}", statuses=MANAGING),
    Scenario(
        name="create permission",
        method="POST",
        path=PERMISSIONS,
        body={"name": "accounts:read"},
        statuses=MANAGING | {"administrator": 409},
    ),
    Scenario(
        name="change permission",
        method="PATCH",
        path=f"{PERMISSIONS}/{{permission}}",
        body={"description": "x"},
        statuses=MANAGING,
    ),
    Scenario(
        name="delete permission",
        method="DELETE",
        path=f"{PERMISSIONS}/{{permission}}",
        statuses=MANAGING | {"administrator": 204},
    ),
)


async def permission_id(world: World, name: str) -> str:
    found = (await (await world.user()).get(PERMISSIONS)).json()["data"]
    return str(next(one["id"] for one in found if one["name"] == name))


@ON_SQLITE
@table(*SCENARIOS)
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    names = {"role": await role_id(world, "viewer"), "own": (await made_role(world, "own"))["id"]}
    await check(world, scenario, callers, **names, permission=await permission_id(world, "accounts:delete"))


async def test_a_role_is_told_with_all_that_it_allows_and_where_it_stops(world: World) -> None:
    field = {"object": "accounts", "field": "phone", "read": True, "update": False}
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False, "update": False}
    rule = {
        "object": "accounts",
        "action": "update",
        "filter": {"or": [MINE, {"industry": {"in": ["other"]}}]},
    }
    made = await made_role(
        world,
        "sales",
        "accounts:read",
        "accounts:update",
        label="Sales",
        fields=[field, hidden, {"object": "accounts", "field": "email"}],
        rules=[rule],
    )
    assert made["permissions"] == ["accounts:read", "accounts:update"]
    assert made["fields"] == [hidden, field]
    assert made["rules"] == [rule]
    assert (made["label"], made["system"], made["users"]) == ("Sales", False, 0)
    client = await world.user()
    assert (await client.get(f"{ROLES}/{made['id']}")).json() == made
    await made_user(world, "sally", "sales")
    assert (await client.get(f"{ROLES}/{made['id']}")).json()["users"] == 1
    in_use = await client.delete(f"{ROLES}/{made['id']}")
    assert_problem(in_use, "in-use")
    sally = await user_id(world, "sally")
    await client.put(f"/api/v1/users/{sally}/roles", json={"roles": []})
    assert (await client.delete(f"{ROLES}/{made['id']}")).status_code == 204
    assert (await client.get(f"{ROLES}/{made['id']}")).status_code == 404


@ON_SQLITE
async def test_all_that_is_wrong_with_a_role_is_told_at_once(world: World) -> None:
    client = await world.user()
    body: dict[str, Any] = {
        "name": "Sales Team",
        "permissions": ["accounts:read", "acounts:read"],
        "fields": [
            {"object": "acounts", "field": "phone", "read": False},
            {"object": "accounts", "field": "phnoe", "read": False},
            {"object": "accounts", "field": "id", "read": False},
            {"object": "accounts", "field": "phone", "read": False},
            {"object": "accounts", "field": "phone", "update": False},
        ],
        "rules": [
            {"object": "acounts", "action": "read", "filter": MINE},
            {"object": "accounts", "action": "read", "filter": {}},
            {"object": "accounts", "action": "update", "filter": {"ownr": "$me", "industry": {"ecks": 1}}},
            {"object": "accounts", "action": "update", "filter": MINE},
        ],
    }
    answer = await client.post(ROLES, json=body)
    assert answer.status_code == 422
    problems = {(one["field"], one["code"], one.get("didYouMean")) for one in answer.json()["errors"]}
    assert problems == {
        ("name", "invalid-name", None),
        ("permissions[1]", "unknown-permission", "accounts:read"),
        ("fields[0].object", "unknown-object", "accounts"),
        ("fields[1].field", "unknown-field", "phone"),
        ("fields[2].field", "always-readable", None),
        ("fields[4]", "repeated", None),
        ("rules[0].object", "unknown-object", "accounts"),
        ("rules[1].filter", "empty-value", None),
        ("rules[2].filter.ownr", "unknown-field", "owner"),
        ("rules[2].filter.industry.ecks", "unknown-operator", None),
        ("rules[3]", "repeated", None),
    }


async def test_a_role_is_changed_as_a_whole_or_not_at_all(world: World) -> None:
    made = await made_role(world, "sales", "accounts:read", label="Sales")
    client, path = await world.user(), f"{ROLES}/{made['id']}"
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False, "update": False}
    rule = {"object": "accounts", "action": "read", "filter": MINE}
    change = {
        "label": "Sales team",
        "permissions": ["accounts:read", "accounts:update"],
        "fields": [hidden],
        "rules": [rule],
        "mfaRequired": True,
    }
    for fault in (
        {"permissions": ["acounts:read"]},
        {"fields": [hidden | {"field": "phnoe"}]},
        {"rules": [rule | {"filter": {"ownr": "$me"}}]},
    ):
        refused = await client.patch(path, json=change | fault)
        assert refused.status_code == 422
        assert (await client.get(path)).json() == made
    changed = (await client.patch(path, json=change)).json()
    assert changed | change == changed
    assert (await client.patch(path, json={"rules": []})).json()["fields"] == [hidden]
    audit = (await client.get("/api/v1/audit", params={"limit": 6})).json()["data"]
    assert [one["action"] for one in audit][:5] == [
        "role.rules",
        "role.rules",
        "role.fields",
        "role.permissions",
        "role.update",
    ]


@ON_SQLITE
async def test_a_change_of_a_whole_role_leaves_an_administrator(world: World) -> None:
    client, role = await world.user(), await role_id(world, "administrator")
    before = (await client.get(f"{ROLES}/{role}")).json()
    answer = await client.patch(f"{ROLES}/{role}", json={"label": "x", "permissions": ["*:*"]})
    assert_problem(answer, "last-administrator")
    assert (await client.get(f"{ROLES}/{role}")).json() == before


@ON_SQLITE
async def test_roles_of_every_tenant_keep_their_names_and_stay(world: World) -> None:
    client, viewer = await world.user(), await role_id(world, "viewer")
    assert_problem(await client.patch(f"{ROLES}/{viewer}", json={"name": "reader"}), "system-kept")
    assert_problem(await client.delete(f"{ROLES}/{viewer}"), "system-kept")
    renamed = await client.patch(f"{ROLES}/{viewer}", json={"name": "viewer", "label": "Reader"})
    assert renamed.json()["label"] == "Reader"
    own = await made_role(world, "sales")
    assert (await client.patch(f"{ROLES}/{own['id']}", json={"name": "team"})).json()["name"] == "team"
    assert_problem(await client.patch(f"{ROLES}/{own['id']}", json={"name": "viewer"}), "taken")
    assert_problem(await client.post(ROLES, json={"name": "viewer"}), "taken")


@ON_SQLITE
async def test_permissions_are_those_of_objects_and_the_system_s_stay(world: World) -> None:
    client = await world.user()
    for name in ("users:manage", "*:read"):
        assert_problem(
            await client.delete(f"{PERMISSIONS}/{await permission_id(world, name)}"), "system-kept"
        )
    await made_role(world, "sales", "accounts:delete")
    path = f"{PERMISSIONS}/{await permission_id(world, 'accounts:delete')}"
    assert_problem(await client.delete(path), "in-use")
    role = await role_id(world, "sales")
    await client.put(f"{ROLES}/{role}/permissions", json={"permissions": []})
    assert (await client.delete(path)).status_code == 204
    refused = await client.put(f"{ROLES}/{role}/permissions", json={"permissions": ["accounts:delete"]})
    assert refused.status_code == 422
    assert (await client.post(PERMISSIONS, json={"name": "accounts:delete"})).status_code == 201
    for name, code in (("accounts:destroy", "invalid-permission"), ("acounts:read", "unknown-object")):
        problem = (await client.post(PERMISSIONS, json={"name": name})).json()["errors"][0]
        assert problem["code"] == code


async def test_what_a_role_hides_is_gone_from_the_next_request_on(world: World) -> None:
    administrator, viewer = await world.user(), await world.user("viewer")
    for name in ("Globex", "Initech"):
        await administrator.post(ACCOUNTS, json={"name": name, "annual_revenue": "5", "industry": "other"})
    role = await role_id(world, "viewer")
    seen = (await viewer.get(ACCOUNTS)).json()["data"]
    assert {row["annual_revenue"] for row in seen} == {"5.00"}
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False}
    await administrator.put(f"{ROLES}/{role}/fields", json={"fields": [hidden]})
    assert all("annual_revenue" not in row for row in (await viewer.get(ACCOUNTS)).json()["data"])
    for query in ("filter[annual_revenue]=5", "sort=annual_revenue", "fields=annual_revenue"):
        refused = await viewer.get(f"{ACCOUNTS}?{query}")
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["code"] == "unknown-field"
    near = await viewer.get(f"{ACCOUNTS}?sort=annual_revenu")
    assert "annual_revenue" not in near.text.replace("'annual_revenu'", "")
    rule = {"object": "accounts", "action": "read", "filter": {"name": {"startswith": "Init"}}}
    await administrator.put(f"{ROLES}/{role}/rules", json={"rules": [rule]})
    assert [row["name"] for row in (await viewer.get(ACCOUNTS)).json()["data"]] == ["Initech"]
    globex = next(row["id"] for row in seen if row["name"] == "Globex")
    assert (await viewer.get(f"{ACCOUNTS}/{globex}")).status_code == 404
    await administrator.put(f"{ROLES}/{role}/rules", json={"rules": []})
    assert (await viewer.get(f"{ACCOUNTS}/{globex}")).status_code == 200


async def test_a_record_that_one_may_read_and_not_change_is_403(world: World) -> None:
    rules = [{"object": "accounts", "action": action, "filter": MINE} for action in ("update", "delete")]
    await made_role(
        world, "sales", "accounts:create", "accounts:read", "accounts:update", "accounts:delete", rules=rules
    )
    sally, administrator = await made_user(world, "sally", "sales"), await world.user()
    theirs = (await administrator.post(ACCOUNTS, json={"name": "Globex"})).json()["data"]["id"]
    mine = (await sally.post(ACCOUNTS, json={"name": "Initech"})).json()["data"]["id"]
    assert (await sally.get(f"{ACCOUNTS}/{theirs}")).status_code == 200
    for answer in (
        await sally.patch(f"{ACCOUNTS}/{theirs}", json={"name": "x"}),
        await sally.delete(f"{ACCOUNTS}/{theirs}"),
        await sally.delete(f"{ACCOUNTS}/{theirs}?permanent=true"),
        await sally.post(f"{ACCOUNTS}/{theirs}/restore"),
    ):
        assert_problem(answer, "permission-denied")
        assert answer.status_code == 403
    assert (await sally.patch(f"{ACCOUNTS}/{mine}", json={"name": "x"})).status_code == 200
    assert (await sally.delete(f"{ACCOUNTS}/{mine}")).status_code == 204


@ON_SQLITE
@pytest.mark.parametrize("path", [ACCOUNTS, f"{ACCOUNTS}?filter[industry]=other&sort=-name&limit=5"])
async def test_a_list_costs_as_many_statements_with_rules_as_without(world: World, path: str) -> None:
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False}
    rule = {"object": "accounts", "action": "read", "filter": {"or": [MINE, {"industry": "other"}]}}
    await made_role(world, "sales", "accounts:read", fields=[hidden], rules=[rule])
    numbers = []
    for client in (await world.user(), await made_user(world, "sally", "sales")):
        await client.get(path)
        async with counted(world) as counts:
            assert (await client.get(path)).status_code == 200
        numbers.append(dict(counts))
    assert numbers[0] == numbers[1] == {"tenant": 1, "central": 0}
