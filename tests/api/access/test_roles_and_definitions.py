"""Roles and definitions: what a new object brings, what a rename takes along, what a drop leaves."""

from typing import Any

from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, role_id
from tests.api.scenarios import assert_problem

OBJECTS, ROLES = "/api/v1/objects", "/api/v1/roles"
DEALS: dict[str, Any] = {
    "name": "deals",
    "label": "Deal",
    "pluralLabel": "Deals",
    "fields": [
        {"name": "name", "label": "Name", "type": "text"},
        {"name": "stage", "label": "Stage", "type": "select", "options": ["open", "won"]},
        {"name": "secret", "label": "Secret", "type": "text"},
        {"name": "account", "label": "Account", "type": "lookup", "target": "accounts"},
    ],
}
RULE = {"or": [{"stage": {"eq": "won"}}, {"account.industry": "other", "owner": "$me"}]}


async def made_deals(world: World) -> None:
    answer = await (await world.user()).post(OBJECTS, json=DEALS)
    assert answer.status_code == 201, answer.text


async def made_sales(world: World) -> dict[str, Any]:
    return await made_role(
        world,
        "sales",
        "deals:create",
        "deals:read",
        fields=[{"object": "deals", "field": "secret", "read": False}],
        rules=[{"object": "deals", "action": "read", "filter": RULE}],
    )


async def test_a_new_object_s_permissions_appear_with_it_and_go_with_it(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    names = {one["name"] for one in (await client.get("/api/v1/permissions")).json()["data"]}
    assert {"deals:*", "deals:create", "deals:read", "deals:update", "deals:delete"} <= names
    sales = await made_sales(world)
    assert (await client.delete(f"{OBJECTS}/deals?confirm=deals")).status_code in (200, 204)
    left = (await client.get(f"{ROLES}/{sales['id']}")).json()
    assert (left["permissions"], left["fields"], left["rules"]) == ([], [], [])


@ON_SQLITE
async def test_nobody_is_told_the_name_of_an_object_that_they_may_not_read(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    await made_role(world, "clerks", "accounts:read")
    clerk = await made_user(world, "clerk", "clerks")
    for name in ("deals", "deels"):
        for path in (f"{OBJECTS}/{name}", f"{OBJECTS}/{name}/fields/name"):
            answer = await clerk.get(path)
            assert_problem(answer, "permission-denied")
            assert "didYouMean" not in answer.text
    near = (await client.get(f"{OBJECTS}/deels")).json()
    assert near["errors"][0]["didYouMean"] == "deals"


async def test_a_rename_takes_permissions_restrictions_and_rules_along(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    sales = await made_sales(world)
    sally = await made_user(world, "sally", "sales")
    await client.post("/api/v1/data/deals", json={"name": "won", "stage": "won", "secret": "s"})
    await client.post("/api/v1/data/deals", json={"name": "open", "stage": "open"})
    assert [row["name"] for row in (await sally.get("/api/v1/data/deals")).json()["data"]] == ["won"]
    for path, name in (
        (f"{OBJECTS}/deals", "bargains"),
        (f"{OBJECTS}/bargains/fields/stage", "phase"),
        (f"{OBJECTS}/bargains/fields/secret", "hush"),
        (f"{OBJECTS}/bargains/fields/account", "client"),
    ):
        answer = await client.patch(path, json={"name": name})
        assert answer.status_code == 200, answer.text
    told = (await client.get(f"{ROLES}/{sales['id']}")).json()
    assert told["permissions"] == ["bargains:create", "bargains:read"]
    assert [(one["object"], one["field"]) for one in told["fields"]] == [("bargains", "hush")]
    written = {"or": [{"phase": {"eq": "won"}}, {"client.industry": "other", "owner": "$me"}]}
    assert told["rules"] == [{"object": "bargains", "action": "read", "filter": written}]
    (seen,) = (await sally.get("/api/v1/data/bargains")).json()["data"]
    assert seen["name"] == "won"
    assert "hush" not in seen


@ON_SQLITE
async def test_a_rule_follows_a_rename_inside_of_not_too(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    rule = {"not": {"or": [{"stage": {"eq": "open"}}, {"not": {"account.industry": {"null": True}}}]}}
    rules = [{"object": "deals", "action": "read", "filter": rule}]
    role = await made_role(world, "sales", "deals:read", rules=rules)
    sally = await made_user(world, "sally", "sales")
    for stage in ("won", "open"):
        await client.post("/api/v1/data/deals", json={"name": stage, "stage": stage})
    plan = await client.patch(f"{OBJECTS}/deals/fields/stage?dryRun=true", json={"name": "phase"})
    assert plan.json()["affects"]["roles"] == [{"name": "sales", "in": ["rules"]}]
    for field, name in (("stage", "phase"), ("account", "client")):
        renamed = await client.patch(f"{OBJECTS}/deals/fields/{field}", json={"name": name})
        assert renamed.status_code == 200, renamed.text
    written = {"not": {"or": [{"phase": {"eq": "open"}}, {"not": {"client.industry": {"null": True}}}]}}
    assert (await client.get(f"{ROLES}/{role['id']}")).json()["rules"][0]["filter"] == written
    assert [row["name"] for row in (await sally.get("/api/v1/data/deals")).json()["data"]] == ["won"]


async def test_changes_of_definitions_are_in_the_audit_trail(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    await client.post(f"{OBJECTS}/deals/fields", json={"name": "note", "label": "Note", "type": "text"})
    await client.patch(f"{OBJECTS}/deals/fields/note", json={"name": "remark"})
    await client.post(f"{OBJECTS}/deals/fields?dryRun=true", json={"name": "x", "label": "X", "type": "text"})
    await client.delete(f"{OBJECTS}/deals/fields/remark")
    await client.patch(f"{OBJECTS}/deals", json={"name": "bargains"})
    await client.delete(f"{OBJECTS}/bargains")
    events = (await client.get("/api/v1/audit?action=object.*")).json()["data"]
    events += (await client.get("/api/v1/audit?action=field.*")).json()["data"]
    assert {event["actor"]["email"] for event in events} == {"administrator@acme.example"}
    told = [(event["action"], event["subject"]["name"], event["detail"]) for event in events]
    assert told == [
        ("object.drop", "bargains", {}),
        ("object.change", "deals", {"renamedTo": "bargains"}),
        ("object.create", "deals", {"fields": ["account", "name", "secret", "stage"]}),
        ("field.drop", "deals", {"dropped": ["remark"]}),
        ("field.change", "deals", {"renamed": {"note": "remark"}}),
        ("field.add", "deals", {"fields": ["note"]}),
    ]


@ON_SQLITE
async def test_a_rule_whose_field_is_dropped_lets_nothing_pass(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    await made_sales(world)
    sally = await made_user(world, "sally", "sales")
    await client.post("/api/v1/data/deals", json={"name": "won", "stage": "won"})
    plan = await client.delete(f"{OBJECTS}/deals/fields/stage?dryRun=true&confirm=stage")
    assert plan.json()["affects"]["roles"] == [{"name": "sales", "in": ["rules"]}]
    assert len((await sally.get("/api/v1/data/deals")).json()["data"]) == 1
    assert (await client.delete(f"{OBJECTS}/deals/fields/stage?confirm=stage")).status_code in (200, 204)
    assert (await sally.get("/api/v1/data/deals")).json()["data"] == []
    assert len((await client.get("/api/v1/data/deals")).json()["data"]) == 1


@ON_SQLITE
async def test_whoever_changes_what_a_field_takes_is_told_of_the_rules_that_name_it(world: World) -> None:
    client = await world.user()
    await made_deals(world)
    rules = [{"object": "deals", "action": "read", "filter": {"account.industry": "media", "stage": "won"}}]
    await made_role(world, "sales", "deals:read", rules=rules)
    touching = [
        ("stage", {"type": "text"}),
        ("stage", {"options": ["won"]}),
        ("account", {"target": "users"}),
    ]
    for field, change in touching:
        plan = await client.patch(f"{OBJECTS}/deals/fields/{field}?dryRun=true", json=change)
        assert plan.json()["affects"]["roles"] == [{"name": "sales", "in": ["rules"]}], change
    others = [("stage", {"label": "Phase"}), ("account", {"onDelete": "cascade"}), ("name", {"maxLength": 9})]
    for field, change in others:
        plan = await client.patch(f"{OBJECTS}/deals/fields/{field}?dryRun=true", json=change)
        assert plan.json()["affects"]["roles"] == [], change


@ON_SQLITE
async def test_a_rule_follows_a_path_through_a_rename(world: World) -> None:
    client = await world.user()
    await client.post(f"{OBJECTS}/accounts/fields", json={"name": "tier", "label": "Tier", "type": "text"})
    rule = {"object": "contacts", "action": "read", "filter": {"account.tier": "gold"}}
    role = await role_id(world, "viewer")
    await client.put(f"{ROLES}/{role}/rules", json={"rules": [rule]})
    account = (await client.post("/api/v1/data/accounts", json={"name": "G", "tier": "gold"})).json()["data"]
    for last_name, link in (("Seen", account["id"]), ("Hidden", None)):
        answer = await client.post("/api/v1/data/contacts", json={"last_name": last_name, "account": link})
        assert answer.status_code == 201, answer.text
    viewer, path = await world.user("viewer"), "/api/v1/data/contacts"
    assert [row["last_name"] for row in (await viewer.get(path)).json()["data"]] == ["Seen"]
    plan = await client.patch(f"{OBJECTS}/accounts/fields/tier?dryRun=true", json={"name": "grade"})
    assert plan.json()["affects"]["roles"] == [{"name": "viewer", "in": ["rules"]}]
    await client.patch(f"{OBJECTS}/accounts/fields/tier", json={"name": "grade"})
    assert [row["last_name"] for row in (await viewer.get(path)).json()["data"]] == ["Seen"]
    told = (await client.get(f"{ROLES}/{role}")).json()["rules"]
    assert told == [{"object": "contacts", "action": "read", "filter": {"account.grade": "gold"}}]
