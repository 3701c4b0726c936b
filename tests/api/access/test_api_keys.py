"""API keys over HTTP: they act for their user with some of the user's roles, until they are revoked."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tenant_schema.users.tables import ApiKey
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, user_id
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted

KEYS, ACCOUNTS, ME = "/api/v1/api-keys", "/api/v1/data/accounts", "/api/v1/auth/me"
USERS, SESSIONS, ROLES = "/api/v1/users", "/api/v1/sessions", "/api/v1/roles"


async def made_key(world: World, person: str = "administrator", **more: object) -> dict[str, str]:
    client = await world.user(person)
    answer = await client.post(KEYS, json={"name": "robot", **more})
    assert answer.status_code == 201, answer.text
    return {"token": answer.json()["token"], **answer.json()["key"]}


async def test_a_key_acts_for_its_user_with_the_roles_that_it_was_given(world: World) -> None:
    await made_role(world, "readers", "accounts:read")
    client = await made_user(world, "ann", "readers", "member")
    answer = await client.post(KEYS, json={"name": "robot", "roles": ["readers"]})
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    robot = world.client(token=made["token"])
    me = (await robot.get(ME)).json()
    assert me["user"]["email"] == "ann@acme.example"
    assert (me["roles"], me["permissions"]) == (["readers"], ["accounts:read"])
    assert (await robot.get(ACCOUNTS)).status_code == 200
    assert (await robot.post(ACCOUNTS, json={"name": "x"})).status_code == 403
    listed = (await client.get(KEYS)).json()["data"]
    assert [one["prefix"] for one in listed] == [made["token"][:12]]
    assert listed[0]["lastUsedAt"] is not None
    assert made["token"][13:] not in (await client.get(KEYS)).text


async def test_a_key_is_worth_nothing_once_it_is_revoked(world: World) -> None:
    made = await made_key(world, "member")
    robot = world.client(token=made["token"])
    assert (await robot.get(ACCOUNTS)).status_code == 200
    member = await world.user("member")
    assert (await member.delete(f"{KEYS}/{made['id']}")).status_code == 204
    gone = await robot.get(ACCOUNTS)
    assert_problem(gone, "token-invalid")
    assert (await member.get(KEYS)).json()["data"][0]["revokedAt"] is not None


@ON_SQLITE
async def test_a_key_has_no_more_than_its_user_has_now(world: World) -> None:
    made = await made_key(world, "manager")
    robot, administrator = world.client(token=made["token"]), await world.user()
    manager = f"/api/v1/users/{await user_id(world, 'manager')}"
    assert (await robot.post(ACCOUNTS, json={"name": "x"})).status_code == 201
    await administrator.put(f"{manager}/roles", json={"roles": ["viewer"]})
    assert (await robot.get(ME)).json()["roles"] == []
    assert (await robot.get(ACCOUNTS)).status_code == 403
    await administrator.post(f"{manager}/deactivate")
    assert (await robot.get(ME)).status_code == 401
    await administrator.delete(manager)
    assert (await robot.get(ME)).status_code == 401


@ON_SQLITE
async def test_a_key_ends_when_it_was_to(world: World) -> None:
    client = await world.user()
    past = await client.post(KEYS, json={"name": "x", "expiresAt": "2020-01-01T00:00:00Z"})
    assert past.json()["errors"][0]["code"] == "in-the-past"
    soon = (datetime.now(UTC) + timedelta(milliseconds=400)).isoformat()
    made = await made_key(world, expiresAt=soon)
    robot = world.client(token=made["token"])
    assert (await robot.get(ME)).status_code == 200
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await ApiKey.update({ApiKey.expires_at: datetime.now(UTC)}).where(ApiKey.prefix == made["prefix"])
    await made_role(world, "any")  # drops what this process has cached of access
    assert_problem(await robot.get(ME), "token-expired")


@ON_SQLITE
async def test_nobody_gives_a_key_a_role_that_they_do_not_have(world: World) -> None:
    client = await world.user("viewer")
    answer = await client.post(KEYS, json={"name": "x", "roles": ["viewer", "manager", "viewr"]})
    assert answer.status_code == 422
    problems = {(one["field"], one["code"]) for one in answer.json()["errors"]}
    assert problems == {("roles[2]", "unknown-role")}
    answer = await client.post(KEYS, json={"name": " ", "roles": ["viewer", "manager"]})
    problems = {(one["field"], one["code"]) for one in answer.json()["errors"]}
    assert problems == {("name", "required"), ("roles", "not-yours")}


@ON_SQLITE
async def test_a_key_cannot_do_what_takes_a_person(world: World) -> None:
    robot = world.client(token=(await made_key(world))["token"])
    for answer in (
        await robot.post(KEYS, json={"name": "heir"}),
        await robot.post("/api/v1/auth/logout"),
        await robot.post("/api/v1/auth/password", json={"current": "x", "new": "y"}),
    ):
        assert_problem(answer, "key-not-enough")
        assert answer.status_code == 403


@ON_SQLITE
async def test_a_key_with_few_roles_has_no_hold_on_its_user_who_has_more(world: World) -> None:
    await made_role(world, "staffing", "users:manage")
    ada = await made_user(world, "ada", "administrator", "staffing")
    me = await user_id(world, "ada")
    made = (await ada.post(KEYS, json={"name": "robot", "roles": ["staffing"]})).json()
    other = (await ada.post(KEYS, json={"name": "another"})).json()["key"]
    robot, session = world.client(token=made["token"]), (await ada.get(SESSIONS)).json()["data"][0]
    assert_problem(await robot.post(f"{USERS}/{me}/link"), "key-not-enough")
    for answer in (
        await robot.patch(f"{USERS}/{me}", json={"name": "Mallory"}),
        await robot.post(f"{USERS}/{me}/deactivate"),
        await robot.delete(f"{USERS}/{me}"),
        await robot.delete(SESSIONS),
        await robot.delete(f"{SESSIONS}/{session['id']}"),
        await robot.delete(f"{KEYS}/{other['id']}"),
    ):
        assert_problem(answer, "beyond-own-rights")
    assert (await ada.get(ME)).json()["user"] == {"id": me, "email": "ada@acme.example", "name": "ada"}
    assert (await robot.delete(f"{KEYS}/{made['key']['id']}")).status_code == 204
    assert (await robot.get(ME)).status_code == 401


async def test_an_administrator_s_key_creates_and_empowers_nobody(world: World) -> None:
    """Each of these would let somebody in, or give rights, that stay when the key is revoked."""
    robot = world.client(token=(await made_key(world))["token"])
    spare, member = await made_role(world, "spare"), await user_id(world, "member")
    administrator = await world.user()
    await administrator.post(f"{USERS}/{await user_id(world, 'viewer')}/deactivate")
    before = await _everybody(administrator)
    me = await user_id(world, "administrator")
    role = f"{ROLES}/{spare['id']}"
    for answer in (
        await robot.post(USERS, json={"email": "heir@acme.example"}),
        await robot.post(USERS, json={"email": "heir@acme.example", "password": "correct horse battery x"}),
        await robot.post(USERS, json={"email": "heir@acme.example"}, headers={"Idempotency-Key": "once"}),
        await robot.patch(f"{USERS}/{member}", json={"email": "mine@evil.example"}),
        await robot.patch(f"{USERS}/{me}", json={"email": "mine@evil.example", "name": "Ada"}),
        await robot.put(f"{USERS}/{member}/roles", json={"roles": ["administrator"]}),
        await robot.put(f"{USERS}/{me}/roles", json={"roles": ["administrator", "spare"]}),
        await robot.post(f"{USERS}/{member}/link"),
        await robot.post(f"{USERS}/{me}/link"),
        await robot.post(f"{USERS}/{await user_id(world, 'viewer')}/reactivate"),
        await robot.post(ROLES, json={"name": "heirs", "permissions": ["*:*"]}),
        await robot.patch(role, json={"label": "Spare"}),
        await robot.delete(role),
        await robot.put(f"{role}/permissions", json={"permissions": ["users:manage", "roles:manage"]}),
        await robot.put(f"{role}/fields", json={"fields": []}),
        await robot.put(f"{role}/rules", json={"rules": []}),
        await robot.post(KEYS, json={"name": "heir"}),
    ):
        assert_problem(answer, "key-not-enough")
        assert answer.status_code == 403
    assert await _everybody(administrator) == before


async def _everybody(client: httpx.AsyncClient) -> list[object]:
    return [(await client.get(path)).json() for path in (USERS, ROLES)]


@ON_SQLITE
async def test_an_administrator_s_key_looks_and_takes_access_away(world: World) -> None:
    robot = world.client(token=(await made_key(world))["token"])
    viewer, manager = await user_id(world, "viewer"), await user_id(world, "manager")
    others = await made_key(world, "member")
    for path in (USERS, ROLES, f"{USERS}/{viewer}", f"{SESSIONS}?user={viewer}", f"{KEYS}?user={viewer}"):
        assert (await robot.get(path)).status_code == 200
    assert (await robot.patch(f"{USERS}/{viewer}", json={"name": "Vera"})).status_code == 200
    assert (await robot.delete(f"{SESSIONS}?user={viewer}")).status_code == 204
    assert (await robot.delete(f"{KEYS}/{others['id']}")).status_code == 204
    assert (await robot.post(f"{USERS}/{viewer}/deactivate")).status_code == 200
    assert (await robot.delete(f"{USERS}/{manager}")).status_code == 204


@ON_SQLITE
async def test_others_keys_are_for_who_manages_users(world: World) -> None:
    made = await made_key(world, "manager")
    manager, member, administrator = (
        await user_id(world, "manager"),
        await world.user("member"),
        await world.user(),
    )
    assert (await member.get(f"{KEYS}?user={manager}")).status_code == 403
    assert (await member.delete(f"{KEYS}/{made['id']}")).status_code == 404
    listed = (await administrator.get(f"{KEYS}?user={manager}")).json()["data"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert (await administrator.delete(f"{KEYS}/{made['id']}")).status_code == 204
    staff = await made_role(world, "staffing", "users:manage")
    clerk = await made_user(world, "clerk", staff["name"])
    mine = await made_key(world)
    assert_problem(await clerk.delete(f"{KEYS}/{mine['id']}"), "beyond-own-rights")


async def test_another_tenant_s_key_and_made_up_ones_are_worth_nothing(world: World) -> None:
    made = await made_key(world)
    key = made["token"]
    for text in (
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key[:12],
        f"{key}x",
        "fhk_",
        "fhk_AAAAAAAA_" + "a" * 43,
    ):
        assert_problem(await world.client(token=text).get(ME), "token-invalid")
    assert_problem(await world.client("demo.localhost", token=key).get(ME), "token-invalid")
    demo = await world.user("administrator", "demo")
    assert (await demo.delete(f"{KEYS}/{made['id']}")).status_code == 404
    assert (await world.client("localhost", token=key).get("/setup/tenants")).status_code == 401
    assert (await world.client(token=key).get(ME)).status_code == 200


@pytest.mark.parametrize("path", [ACCOUNTS, ME])
async def test_a_key_costs_what_a_session_costs(world: World, path: str) -> None:
    robot = world.client(token=(await made_key(world, "member"))["token"])
    await robot.get(path)
    async with counted(world) as counts:
        assert (await robot.get(path)).status_code == 200
    assert counts == {"tenant": 1 if path == ACCOUNTS else 0, "central": 0}


@ON_SQLITE
async def test_what_a_program_did_is_told_as_its_user_s_by_the_key(world: World) -> None:
    made = await made_key(world)
    robot = world.client(token=made["token"])
    await robot.post(f"{USERS}/{await user_id(world, 'viewer')}/deactivate")
    client = await world.user()
    (event,) = (await client.get("/api/v1/audit?action=user.deactivate")).json()["data"]
    assert event["actor"]["email"] == "administrator@acme.example"
    assert event["actor"]["apiKey"] == made["id"]


@ON_SQLITE
async def test_a_replayed_answer_holds_no_key_and_no_link(world: World) -> None:
    client, headers = await world.user(), {"Idempotency-Key": "once"}
    for path, body, secret in (
        (KEYS, {"name": "robot"}, lambda answer: answer["token"]),
        ("/api/v1/users", {"email": "x@acme.example"}, lambda answer: answer["invitation"]["token"]),
    ):
        first = await client.post(path, json=body, headers=headers)
        again = await client.post(path, json=body, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201)
        assert secret(first.json()) is not None
        assert secret(again.json()) is None


@ON_SQLITE
async def test_a_key_is_not_told_what_its_user_was_answered(world: World) -> None:
    await made_role(world, "makers", "accounts:create")
    ann = await made_user(world, "ann", "makers", "manager")
    token = (await ann.post(KEYS, json={"name": "robot", "roles": ["makers"]})).json()["token"]
    robot, headers = world.client(token=token), {"Idempotency-Key": "once"}
    first = await ann.post(ACCOUNTS, json={"name": "x"}, headers=headers)
    second = await robot.post(ACCOUNTS, json={"name": "x"}, headers=headers)
    assert first.json()["data"]["name"] == "x"
    assert set(second.json()["data"]) == {"id", "version"}
    assert first.json()["data"]["id"] != second.json()["data"]["id"]
