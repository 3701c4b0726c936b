"""Users over HTTP: who may do what to whom, invitations, and that somebody is always left to manage."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from central.database import CENTRAL
from piccolo_engines.columns import utc_now
from tenant_schema.users.sign_in_tables import Factor
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.people import invite, made_role, made_user, role_id, sign_in_as, user_id
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

USERS = "/api/v1/users"
NEW_PASSWORD = "staple battery horse"

MANAGING = {"administrator": 200, "viewer": 403, "member": 403, "manager": 403}
SCENARIOS = (
    Scenario(
        name="list",
        method="GET",
        path=USERS,
        statuses={"viewer": 200, "member": 200, "manager": 200, "administrator": 200},
        shows=("administrator@acme.example",),
        hides=("demo.example", "password"),
    ),
    Scenario(
        name="read",
        method="GET",
        path=f"{USERS}/{{user}}",
        statuses={"viewer": 200, "member": 200, "manager": 200, "administrator": 200},
        shows=("viewer@acme.example",),
    ),
    Scenario(
        name="create",
        method="POST",
        path=USERS,
        body={"email": "grace@acme.example", "roles": ["viewer"]},
        statuses=MANAGING | {"administrator": 201},
        shows=("fhl_",),
    ),
    Scenario(
        name="change",
        method="PATCH",
        path=f"{USERS}/{{user}}",
        body={"email": "grace@acme.example"},
        statuses=MANAGING,
    ),
    Scenario(
        name="give roles",
        method="PUT",
        path=f"{USERS}/{{user}}/roles",
        body={"roles": ["member"]},
        statuses=MANAGING,
    ),
    Scenario(name="deactivate", method="POST", path=f"{USERS}/{{user}}/deactivate", statuses=MANAGING),
    Scenario(name="reactivate", method="POST", path=f"{USERS}/{{user}}/reactivate", statuses=MANAGING),
    Scenario(
        name="link",
        method="POST",
        path=f"{USERS}/{{user}}/link",
        statuses=MANAGING | {"administrator": 201},
        shows=("password-reset",),
    ),
    Scenario(
        name="delete", method="DELETE", path=f"{USERS}/{{user}}", statuses=MANAGING | {"administrator": 204}
    ),
)


@ON_SQLITE
@table(*SCENARIOS)
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers, user=await user_id(world, "viewer"))


@ON_SQLITE
async def test_only_who_manages_users_sees_their_roles_and_times(world: World) -> None:
    managed = {"roles", "createdAt", "lastSignInAt", "factors"}
    for person, more in (("administrator", managed), ("manager", set())):
        client = await world.user(person)
        for user in (await client.get(USERS)).json()["data"]:
            assert set(user) == {"id", "email", "name", "status"} | more


async def test_an_invitation_is_taken_once(world: World) -> None:
    made = await invite(world, " Grace@Acme.example", "member")
    assert made["user"]["status"] == "invited"
    assert made["user"]["email"] == "grace@acme.example"
    guest, token = world.client(), made["invitation"]["token"]
    weak = await guest.post("/api/v1/auth/accept", json={"token": token, "password": "short"})
    assert weak.status_code == 422
    body = {"token": token, "password": NEW_PASSWORD, "name": "Grace"}
    taken = await guest.post("/api/v1/auth/accept", json=body)
    assert taken.status_code == 200, taken.text
    assert taken.json()["name"] == "Grace"
    again = await guest.post("/api/v1/auth/accept", json=body)
    assert again.status_code == 422
    assert_problem(again)
    grace = await sign_in_as(world, "grace@acme.example", NEW_PASSWORD)
    assert (await grace.get("/api/v1/auth/me")).json()["roles"] == ["member"]


async def test_of_many_who_come_with_one_link_one_gets_in(world: World) -> None:
    token = (await invite(world, "grace@acme.example", "member"))["invitation"]["token"]
    body = {"token": token, "password": NEW_PASSWORD}
    answers = await asyncio.gather(*(world.client().post("/api/v1/auth/accept", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7


@ON_SQLITE
async def test_a_link_is_worth_nothing_at_another_tenant_s_and_after_the_next(world: World) -> None:
    made = await invite(world, "grace@acme.example", "member")
    body = {"token": made["invitation"]["token"], "password": NEW_PASSWORD}
    assert (await world.client("demo.localhost").post("/api/v1/auth/accept", json=body)).status_code == 422
    client = await world.user()
    second = await client.post(f"{USERS}/{made['user']['id']}/link")
    assert second.json()["purpose"] == "invitation"
    assert (await world.client().post("/api/v1/auth/accept", json=body)).status_code == 422
    body["token"] = second.json()["token"]
    assert (await world.client().post("/api/v1/auth/accept", json=body)).status_code == 200


@ON_SQLITE
async def test_a_reset_ends_all_sessions_and_the_old_password(world: World) -> None:
    member = await world.user("member")
    administrator = await world.user()
    link = await administrator.post(f"{USERS}/{await user_id(world, 'member')}/link")
    assert link.headers["cache-control"] == "no-store"
    assert (await member.get("/api/v1/auth/me")).status_code == 200
    body = {"token": link.json()["token"], "password": NEW_PASSWORD}
    assert (await world.client().post("/api/v1/auth/accept", json=body)).status_code == 200
    assert (await member.get("/api/v1/auth/me")).status_code == 401
    old = {"email": "member@acme.example", "password": PASSWORD}
    assert (await world.client().post("/api/v1/auth/login", json=old)).status_code == 401
    await sign_in_as(world, "member@acme.example", NEW_PASSWORD)


async def test_who_is_deactivated_is_out_at_once_and_back_when_reactivated(world: World) -> None:
    member, administrator = await world.user("member"), await world.user()
    path = f"{USERS}/{await user_id(world, 'member')}"
    assert (await member.get("/api/v1/auth/me")).status_code == 200
    answer = await administrator.post(f"{path}/deactivate")
    assert answer.json()["status"] == "inactive"
    assert (await member.get("/api/v1/auth/me")).status_code == 401
    assert (await administrator.post(f"{path}/link")).status_code == 409
    body = {"email": "member@acme.example", "password": PASSWORD}
    assert (await world.client().post("/api/v1/auth/login", json=body)).status_code == 401
    assert (await administrator.post(f"{path}/reactivate")).json()["status"] == "active"
    await sign_in_as(world, "member@acme.example")


async def test_roles_count_from_the_next_request_on(world: World) -> None:
    member, administrator = await world.user("member"), await world.user()
    path = f"{USERS}/{await user_id(world, 'member')}/roles"
    assert (await member.delete(f"/api/v1/data/accounts/{await user_id(world, 'member')}")).status_code == 403
    given = await administrator.put(path, json={"roles": ["manager", await role_id(world, "viewer")]})
    assert given.json()["roles"] == ["manager", "viewer"]
    assert (await member.get("/api/v1/auth/me")).json()["roles"] == ["manager", "viewer"]
    assert (await member.delete(f"/api/v1/data/accounts/{await user_id(world, 'member')}")).status_code == 404
    await administrator.put(path, json={"roles": []})
    assert (await member.get("/api/v1/data/accounts")).status_code == 403


LAST = {
    "deactivating": lambda c, user, role: c.post(f"{USERS}/{user}/deactivate"),
    "deleting": lambda c, user, role: c.delete(f"{USERS}/{user}"),
    "demoting": lambda c, user, role: c.put(f"{USERS}/{user}/roles", json={"roles": ["manager"]}),
    "emptying the role": lambda c, user, role: c.put(
        f"/api/v1/roles/{role}/permissions", json={"permissions": []}
    ),
    "taking users:manage": lambda c, user, role: c.put(
        f"/api/v1/roles/{role}/permissions", json={"permissions": ["*:*", "roles:manage"]}
    ),
    "taking roles:manage": lambda c, user, role: c.put(
        f"/api/v1/roles/{role}/permissions", json={"permissions": ["*:*", "users:manage"]}
    ),
}  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize("act", LAST)
async def test_the_last_administrator_stays_one(world: World, act: str) -> None:
    client = await world.user()
    user, role = await user_id(world, "administrator"), await role_id(world, "administrator")
    await invite(world, "invited@acme.example", "administrator")  # who never came is none
    before = (await client.get("/api/v1/auth/me")).json()
    answer = await LAST[act](client, user, role)
    assert answer.status_code == 409, answer.text
    assert_problem(answer, "last-administrator")
    assert (await client.get("/api/v1/auth/me")).json() == before


async def test_two_administrators_cannot_remove_each_other_at_once(world: World) -> None:
    clients = [await made_user(world, name, "administrator") for name in ("grace", "hedy", "joan")]
    names = ("grace", "hedy", "joan", "administrator")
    ids = {name: await user_id(world, name) for name in names}
    clients.append(await world.user())
    acts = [
        (clients[0], "hedy", "deactivate"),
        (clients[1], "joan", "demote"),
        (clients[2], "administrator", "delete"),
        (clients[3], "grace", "demote"),
    ]

    async def act(client: Any, whom: str, what: str) -> int:
        path = f"{USERS}/{ids[whom]}"
        if what == "deactivate":
            return (await client.post(f"{path}/deactivate")).status_code
        if what == "delete":
            return (await client.delete(path)).status_code
        return (await client.put(f"{path}/roles", json={"roles": []})).status_code

    statuses = await asyncio.gather(*(act(*one) for one in acts))
    assert set(statuses) <= {200, 204, 409, 401, 403, 503}
    left = 0
    for client in clients:
        me = await client.get("/api/v1/auth/me")
        left += me.status_code == 200 and {"users:manage", "roles:manage"} <= set(me.json()["permissions"])
    assert left >= 1


@ON_SQLITE
async def test_nobody_gives_or_takes_more_than_they_have(world: World) -> None:
    await made_role(world, "staffing", "users:manage", "accounts:read")
    clerk = await made_user(world, "clerk", "staffing")
    administrator = await user_id(world, "administrator")
    myself, viewer = await user_id(world, "clerk"), await user_id(world, "viewer")
    beyond = [
        await clerk.put(f"{USERS}/{myself}/roles", json={"roles": ["administrator"]}),
        await clerk.put(f"{USERS}/{myself}/roles", json={"roles": ["viewer", "staffing"]}),
        await clerk.post(f"{USERS}/{administrator}/link"),
        await clerk.post(f"{USERS}/{administrator}/deactivate"),
        await clerk.patch(f"{USERS}/{administrator}", json={"email": "clerk2@acme.example"}),
        await clerk.delete(f"{USERS}/{viewer}"),
        await clerk.post(USERS, json={"email": "x@acme.example", "roles": ["manager"]}),
        await clerk.put(f"{USERS}/{viewer}/roles", json={"roles": []}),
    ]
    assert [answer.status_code for answer in beyond] == [403] * len(beyond)
    assert {answer.json()["code"] for answer in beyond} == {"beyond-own-rights"}
    mine = {"object": "accounts", "action": "read", "filter": {"owner": "$me"}}
    await made_role(world, "readers", "accounts:read", rules=[mine])
    made = await clerk.post(USERS, json={"email": "y@acme.example", "roles": ["readers", "staffing"]})
    assert made.status_code == 201
    assert (await clerk.post(f"{USERS}/{made.json()['user']['id']}/deactivate")).status_code == 200


@ON_SQLITE
async def test_a_narrow_role_does_not_let_one_give_a_wide_one(world: World) -> None:
    mine = {"object": "accounts", "action": "read", "filter": {"owner": "$me"}}
    await made_role(world, "staffing", "users:manage", "accounts:read", rules=[mine])
    await made_role(world, "readers", "accounts:read")
    clerk = await made_user(world, "clerk", "staffing")
    answer = await clerk.post(USERS, json={"email": "y@acme.example", "roles": ["readers"]})
    assert answer.status_code == 403


@ON_SQLITE
async def test_everybody_may_change_their_own_name_and_no_more(world: World) -> None:
    viewer, me = await world.user("viewer"), await user_id(world, "viewer")
    assert (await viewer.patch(f"{USERS}/{me}", json={"name": "Vi"})).json()["name"] == "Vi"
    assert (await viewer.get("/api/v1/auth/me")).json()["user"]["name"] == "Vi"
    assert (await viewer.patch(f"{USERS}/{me}", json={"email": "vi@acme.example"})).status_code == 403
    other = await user_id(world, "member")
    assert (await viewer.patch(f"{USERS}/{other}", json={"name": "Em"})).status_code == 403


@ON_SQLITE
async def test_an_address_belongs_to_one_user(world: World) -> None:
    client = await world.user()
    taken = await client.post(USERS, json={"email": "VIEWER@acme.example"})
    assert assert_problem(taken, "taken")["errors"][0]["field"] == "email"
    member = await user_id(world, "member")
    assert (await client.patch(f"{USERS}/{member}", json={"email": "viewer@acme.example"})).status_code == 409


@ON_SQLITE
async def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    client = await world.user()
    body = {"email": "nobody", "password": "short", "name": "x" * 201}
    problems = (await client.post(USERS, json=body)).json()["errors"]
    assert [problem["field"] for problem in problems] == ["email", "name", "password"]
    problems = (await client.post(USERS, json={"email": "x@y.zz", "roles": ["membr", "manager"]})).json()[
        "errors"
    ]
    assert [(one["field"], one["didYouMean"]) for one in problems] == [("roles[0]", "member")]


async def test_users_come_page_by_page_and_are_searched(world: World) -> None:
    for number in range(5):
        await invite(world, f"person{number}@acme.example")
    client, seen, cursor = await world.user(), [], None
    while True:
        parameters = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
        answer = (await client.get(USERS, params=parameters)).json()
        seen += [user["email"] for user in answer["data"]]
        cursor = answer["page"]["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 9
    found = (await client.get(USERS, params={"search": "PERSON"})).json()["data"]
    assert len(found) == 5
    assert (await client.get(USERS, params={"search": "%"})).json()["data"] == []
    assert (await client.get(USERS, params={"cursor": "nonsense"})).status_code == 400


async def test_users_are_selected_by_status_and_role(world: World) -> None:
    await invite(world, "grace@acme.example", "member", "viewer")
    client = await world.user()
    await client.post(f"{USERS}/{await user_id(world, 'viewer')}/deactivate")

    async def selected(**parameters: str) -> list[str]:
        answer = await client.get(USERS, params=parameters)
        assert answer.status_code == 200, answer.text
        return sorted(user["email"].partition("@")[0] for user in answer.json()["data"])

    assert await selected(status="invited") == ["grace"]
    assert await selected(status="inactive") == ["viewer"]
    assert await selected(status="active") == ["administrator", "manager", "member"]
    assert await selected(role="member") == ["grace", "member"]
    assert await selected(role=await role_id(world, "viewer"), status="invited") == ["grace"]
    unknown = await client.get(USERS, params={"role": "membr"})
    assert assert_problem(unknown)["errors"][0]["didYouMean"] == "member"
    assert (await client.get(USERS, params={"status": "gone"})).status_code == 400
    manager = await world.user("manager")
    assert (await manager.get(USERS, params={"role": "member"})).status_code == 403
    assert len((await manager.get(USERS, params={"status": "invited"})).json()["data"]) == 1


@ON_SQLITE
async def test_who_manages_users_sees_how_many_factors_they_have(world: World) -> None:
    client, viewer = await world.user(), await user_id(world, "viewer")
    platform, tenant = world.platform, await world.tenant("acme")
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(tenant):
            for name, confirmed_at in (("phone", utc_now()), ("begun", None)):
                factor = Factor(user=UUID(viewer), kind="totp", name=name, confirmed_at=confirmed_at)
                await Factor.insert(factor)
    counted = {user["id"]: user["factors"] for user in (await client.get(USERS)).json()["data"]}
    assert counted.pop(viewer) == 1
    assert set(counted.values()) == {0}


async def test_the_last_administrator_is_named(world: World) -> None:
    client = await world.user()
    administrator, viewer = await user_id(world, "administrator"), await user_id(world, "viewer")

    async def is_last(user: str) -> bool:
        return bool((await client.get(f"{USERS}/{user}")).json()["lastAdministrator"])

    assert (await is_last(administrator), await is_last(viewer)) == (True, False)
    await made_user(world, "grace", "administrator")
    assert not await is_last(administrator)
    member = await world.user("member")
    assert "lastAdministrator" not in (await member.get(f"{USERS}/{administrator}")).json()


@ON_SQLITE
async def test_records_of_a_deleted_user_stay(world: World) -> None:
    member, administrator = await world.user("member"), await world.user()
    made = (await member.post("/api/v1/data/accounts", json={"name": "Globex"})).json()["data"]
    assert (await administrator.delete(f"{USERS}/{made['owner']}")).status_code == 204
    assert (await member.get("/api/v1/auth/me")).status_code == 401
    kept = (await administrator.get(f"/api/v1/data/accounts/{made['id']}")).json()["data"]
    assert kept["owner"] is None
    assert kept["name"] == "Globex"


@ON_SQLITE
async def test_another_tenant_s_users_are_nobody(world: World) -> None:
    client = await world.user()
    theirs = await user_id(world, "viewer", "demo")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/deactivate"), ("POST", "/link")):
        assert (await client.request(method, f"{USERS}/{theirs}{path}")).status_code == 404
    assert (await client.put(f"{USERS}/{theirs}/roles", json={"roles": []})).status_code == 404
    assert (await client.get(f"{USERS}/not-an-id")).status_code == 404
