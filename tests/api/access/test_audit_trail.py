"""The audit trail over HTTP: what is in it, who may see it, how it is searched, and what is never in it."""

import csv
import io
import json
from typing import Any

import pytest

from api.operations import audit_export
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.people import invite, made_role, made_user, role_id, user_id
from tests.api.scenarios import Callers, Scenario, check, table

AUDIT = "/api/v1/audit"


async def events(world: World, query: str = "") -> list[dict[str, Any]]:
    answer = await (await world.user()).get(f"{AUDIT}?limit=200{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@ON_SQLITE
@table(
    Scenario(
        name="look",
        method="GET",
        path=AUDIT,
        statuses={"viewer": 403, "member": 403, "manager": 403, "administrator": 200},
        shows=("sign-in",),
        hides=("demo.example",),
    ),
    Scenario(
        name="export",
        method="GET",
        path=f"{AUDIT}/export.csv",
        statuses={"viewer": 403, "member": 403, "manager": 403, "administrator": 200},
        shows=("id,at,action", "sign-in"),
        hides=("demo.example",),
    ),
)
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers)


@ON_SQLITE
async def test_an_auditor_needs_no_other_right(world: World) -> None:
    await made_role(world, "auditors", "audit:read")
    auditor = await made_user(world, "audrey", "auditors")
    assert (await auditor.get(AUDIT)).status_code == 200
    assert (await auditor.get("/api/v1/roles")).status_code == 403


async def test_sign_ins_and_failures_are_told_with_where_they_came_from(world: World) -> None:
    guest = world.client(headers={"X-Request-ID": "request-7"})
    wrong = {"email": "member@acme.example", "password": "wrong horse"}
    await guest.post("/api/v1/auth/login", json=wrong)
    await guest.post("/api/v1/auth/login", json={"email": "hunter2-my-password", "password": "x"})
    await world.user("member")
    member = await user_id(world, "member")
    found = await events(world, f"&actor={member}")
    assert [event["action"] for event in found] == ["sign-in", "sign-in.fail"]
    assert found[1]["subject"] == {"kind": "user", "id": member, "name": "member@acme.example"}
    assert (found[1]["address"], found[1]["requestId"]) == ("203.0.113.7", "request-7")
    failures = await events(world, "&action=sign-in.fail")
    assert failures[0]["subject"] is None
    assert "hunter2" not in str(failures)


async def test_changes_of_users_and_roles_are_told_and_no_secret_is(world: World) -> None:
    made = await invite(world, "grace@acme.example", "viewer")
    administrator, grace = await world.user(), made["user"]["id"]
    token = made["invitation"]["token"]
    await world.client().post("/api/v1/auth/accept", json={"token": token, "password": PASSWORD})
    await administrator.put(f"/api/v1/users/{grace}/roles", json={"roles": ["member"]})
    await administrator.patch(f"/api/v1/users/{grace}", json={"name": "Grace"})
    await administrator.post(f"/api/v1/users/{grace}/deactivate")
    told = [event["action"] for event in await events(world, f"&subject={grace}")]
    assert told == ["user.deactivate", "user.update", "user.roles", "user.link-used", "user.create"]
    (change,) = await events(world, "&action=user.roles")
    assert change["detail"] == {"added": ["member"], "removed": ["viewer"]}
    assert change["actor"]["email"] == "administrator@acme.example"
    role = await role_id(world, "viewer")
    body = {"permissions": ["accounts:read"]}
    await administrator.put(f"/api/v1/roles/{role}/permissions", json=body)
    (change,) = await events(world, "&action=role.*")
    assert change["detail"] == {"added": ["accounts:read"], "removed": ["*:read"]}
    everything = str(await events(world))
    assert not [secret for secret in (token, PASSWORD, "argon2", "fhl_") if secret in everything]


@ON_SQLITE
async def test_what_was_refused_is_not_told_as_done(world: World) -> None:
    administrator, me = await world.user(), await user_id(world, "administrator")
    assert (await administrator.post(f"/api/v1/users/{me}/deactivate")).status_code == 409
    assert await events(world, "&action=user.*") == []


@ON_SQLITE
async def test_events_come_page_by_page_and_by_time(world: World) -> None:
    for number in range(5):
        await made_role(world, f"role{number}")
    client, seen, cursor = await world.user(), [], ""
    while True:
        answer = (await client.get(f"{AUDIT}?limit=2&action=role.create{cursor}")).json()
        seen += [event["subject"]["name"] for event in answer["data"]]
        if answer["page"]["next"] is None:
            break
        cursor = f"&cursor={answer['page']['next']}"
    assert seen == [f"role{number}" for number in reversed(range(5))]
    third = (await events(world, "&action=role.create"))[2]
    moment = third["at"].replace("+00:00", "Z")
    later = await events(world, f"&action=role.create&since={moment}")
    assert third["subject"]["name"] in [event["subject"]["name"] for event in later]
    assert await events(world, "&until=2020-01-01T00:00:00Z") == []
    for query in ("since=yesterday", "actor=me", "limit=0", "cursor=x", "acton=user"):
        assert (await client.get(f"{AUDIT}?{query}")).status_code == 400


async def test_events_are_exported_as_they_are_filtered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "_PAGE", 2)
    client = await world.user()
    for number in range(5):
        body = {"name": f"role_{number}", "label": f"Role {number}"}
        assert (await client.post("/api/v1/roles", json=body)).status_code == 201
    listed = await events(world, "&action=role.*")
    answer = await client.get(f"{AUDIT}/export.csv?action=role.*")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id"] for row in rows] == [event["id"] for event in listed]
    first, event = rows[0], listed[0]
    assert (first["at"], first["action"], first["subject"]) == (event["at"], "role.create", "role_4")
    assert (first["actor"], first["actorId"]) == ("administrator@acme.example", event["actor"]["id"])
    assert json.loads(first["detail"]) == event["detail"]
    assert world.platform.long_requests.exports.running == 0


async def test_an_export_has_no_formulas_of_others(world: World) -> None:
    guest = world.client(headers={"X-Request-ID": "=cmd()"})
    await guest.post("/api/v1/auth/login", json={"email": "member@acme.example", "password": "wrong"})
    text = (await (await world.user()).get(f"{AUDIT}/export.csv?action=sign-in.fail")).text
    assert ",=cmd()" not in text
