"""Second factors over HTTP: enrolment, the second step of a sign-in, and sessions that lack one."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx

from central.database import CENTRAL
from tenant_schema.outbox import OutboxMessage
from tenant_schema.users.mails import MAIL
from tenant_schema.users.tables import Session
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.factors.people import CONFIRM, FACTORS, login, pages_of, with_app
from tests.api.people import made_role, made_user, role_id, sign_in_as, user_id
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table
from tests.api.test_statement_counts import counted

ME = "/api/v1/auth/me"
MEMBER = "member@acme.example"


@table(
    Scenario(
        name="one's own factors",
        method="GET",
        path=FACTORS,
        statuses={"guest": 401, "neighbour": 401, "operator": 401, "*": 200},
        shows=('"recoveryCodes":0',),
    ),
    Scenario(
        name="a user's factors",
        method="GET",
        path="/api/v1/users/{member}/factors",
        statuses={"administrator": 200, "member": 200, "viewer": 403, "manager": 403, "*": 401},
    ),
    Scenario(
        name="taking a user's factors",
        method="DELETE",
        path="/api/v1/users/{member}/factors",
        statuses={"administrator": 204, "member": 403, "viewer": 403, "manager": 403, "*": 401},
    ),
    Scenario(
        name="taking a factor that is not there",
        method="DELETE",
        path="/api/v1/users/{member}/factors/{member}",
        statuses={"administrator": 404, "member": 403, "viewer": 403, "manager": 403, "*": 401},
    ),
    Scenario(
        name="adding a factor",
        method="POST",
        path=FACTORS,
        body={"kind": "totp"},
        statuses={"guest": 401, "neighbour": 401, "operator": 401, "*": 201},
        shows=("otpauth://totp/Acme%20Corporation:",),
        hides=("v1.",),
    ),
)
@ON_SQLITE
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers, member=await user_id(world, "member"))


async def test_a_user_with_an_app_signs_in_with_a_code_each_of_which_works_once(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    refused = assert_problem(await login(world, MEMBER), "factor-required")
    assert refused["factors"] == ["totp", "recovery-code"]
    assert refused["challenge"].startswith("v1.")
    assert refused["enrol"] is False
    code = await app.code()
    assert (await login(world, MEMBER, code=code)).status_code == 200
    assert_problem(await login(world, MEMBER, code=code), "code-invalid")
    assert_problem(await login(world, MEMBER, code="000000"), "code-invalid")
    wrong = await world.client().post(
        "/api/v1/auth/login", json={"email": MEMBER, "password": "wrong", "code": code}
    )
    assert_problem(wrong, "invalid-credentials")


async def test_of_concurrent_uses_of_a_code_one_signs_in(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    for code in (await app.code(), app.recovery_codes[0]):
        answers = await asyncio.gather(*(login(world, MEMBER, code=code) for _ in range(4)))
        one, *others = sorted(answer.status_code for answer in answers)
        assert one == 200
        assert set(others) <= {401, 429}  # each refusal counts, and may be counted after the success


@ON_SQLITE
async def test_recovery_codes_are_shown_once_and_work_once(world: World) -> None:
    client = await world.user("member")
    app = await with_app(world, client)
    assert len(app.recovery_codes) == 10
    assert (await login(world, MEMBER, code=app.recovery_codes[0].upper())).status_code == 200
    assert_problem(await login(world, MEMBER, code=app.recovery_codes[0]), "code-invalid")
    assert (await client.get(FACTORS)).json()["recoveryCodes"] == 9
    renewed = (await client.post(FACTORS, json={"kind": "recovery-codes"})).json()["recoveryCodes"]
    assert_problem(await login(world, MEMBER, code=app.recovery_codes[1]), "code-invalid")
    assert (await login(world, MEMBER, code=renewed[1])).status_code == 200


@ON_SQLITE
async def test_wrong_codes_make_the_account_wait_like_wrong_passwords(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    for _ in range(6):
        assert_problem(await login(world, MEMBER), "factor-required")  # a password alone is no failure
    for _ in range(5):
        assert_problem(await login(world, MEMBER, code="000000"), "code-invalid")
    assert_problem(await login(world, MEMBER, code=await app.code()), "too-many-attempts")


@ON_SQLITE
async def test_confirming_with_wrong_codes_makes_the_account_wait(world: World) -> None:
    client = await world.user("member")
    app = await with_app(world, client)
    for _ in range(5):
        refused = assert_problem(await client.post(CONFIRM, json={"code": "000000"}), "validation")
        assert [one["code"] for one in refused["errors"]] == ["wrong-code"]
    assert_problem(await client.post(CONFIRM, json={"code": await app.code()}), "too-many-attempts")


@ON_SQLITE
async def test_another_tenant_s_codes_and_factors_are_worth_nothing(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    demo = await world.user("member", "demo")
    await demo.post(FACTORS, json={"kind": "totp"})
    assert_problem(await demo.post(f"{FACTORS}/{app.id}", json={"code": await app.code()}), "not-found")
    assert (await demo.delete(f"{FACTORS}/{app.id}")).status_code == 404
    assert (await login(world, "member@demo.example", code=app.recovery_codes[0])).status_code == 200
    assert (await login(world, MEMBER, code=app.recovery_codes[0])).status_code == 200


async def test_a_session_older_than_the_requirement_is_held_to_it(world: World) -> None:
    client, administrator = await world.user("member"), await world.user()
    role = await role_id(world, "member")
    assert (await client.get("/api/v1/users")).status_code == 200
    changed = await administrator.patch(f"/api/v1/roles/{role}", json={"mfaRequired": True})
    assert changed.json()["mfaRequired"] is True
    for path in ("/api/v1/users", "/api/v1/data/accounts", "/api/v1/navigation", "/schema/openapi.json"):
        refused = await client.get(path)
        assert refused.status_code == 401, path
        assert (assert_problem(refused, "factor-required")["enrol"], refused.json()["factors"]) == (True, [])
    posted = await client.post("/api/v1/data/accounts", json={"name": "A"}, headers={"idempotency-key": "k"})
    assert_problem(posted, "factor-required")
    assert (await client.get(ME)).status_code == 200
    await with_app(world, client)
    assert (await client.get("/api/v1/users")).status_code == 200
    assert (await administrator.get("/api/v1/users")).status_code == 200


@ON_SQLITE
async def test_a_session_that_began_before_the_factor_is_completed_with_a_code(world: World) -> None:
    await made_role(world, "strict", "accounts:read", mfaRequired=True)
    client = await made_user(world, "clerk", "strict")
    older = await sign_in_as(world, "clerk@acme.example")
    app = await with_app(world, client)
    refused = assert_problem(await older.get("/api/v1/data/accounts"), "factor-required")
    assert (refused["enrol"], refused["factors"]) == (False, ["totp", "recovery-code"])
    assert_problem(await older.post(FACTORS, json={"kind": "totp"}), "confirmation-required")
    assert (await older.post(CONFIRM, json={"password": PASSWORD})).status_code == 204
    assert_problem(await older.post(FACTORS, json={"kind": "totp"}), "confirmation-required")
    assert_problem(await older.get("/api/v1/data/accounts"), "factor-required")
    assert (await older.post(CONFIRM, json={"code": await app.code()})).status_code == 204
    assert (await older.get("/api/v1/data/accounts")).status_code == 200


@ON_SQLITE
async def test_an_enrolment_begun_before_a_factor_was_added_does_not_go_round_it(
    world: World,
) -> None:
    client, thief = await world.user("member"), await sign_in_as(world, MEMBER)
    begun = (await thief.post(FACTORS, json={"kind": "passkey"})).json()
    await with_app(world, client)
    stolen = await thief.post(FACTORS, json={"kind": "totp"})
    assert_problem(stolen, "confirmation-required")
    confirmed = await thief.post(f"{FACTORS}/{begun['id']}", json={"credential": {"id": "x"}})
    assert_problem(confirmed, "confirmation-required")


@ON_SQLITE
async def test_changes_need_a_recent_sign_in_or_confirmation(world: World) -> None:
    client = await world.user("member")
    await age_sessions(world, timedelta(minutes=11))
    for answer in (
        await client.post(FACTORS, json={"kind": "totp"}),
        await client.post(FACTORS, json={"kind": "recovery-codes"}),
        await client.delete(f"{FACTORS}/{await user_id(world, 'member')}"),
    ):
        assert_problem(answer, "confirmation-required")
    assert_problem(await client.post(CONFIRM, json={"password": "wrong"}), "validation")
    assert_problem(await client.post(CONFIRM, json={"password": PASSWORD, "code": "1"}), "validation")
    assert_problem(await client.post(CONFIRM, json={}), "validation")
    assert (await client.post(CONFIRM, json={"password": PASSWORD})).status_code == 204
    assert (await client.post(FACTORS, json={"kind": "totp"})).status_code == 201


async def age_sessions(world: World, by: timedelta) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(await world.tenant("acme")):
            for row in await Session.select(Session.id, Session.created_at):
                changes = {Session.created_at: row["created_at"] - by}
                await Session.update(changes).where(Session.id == row["id"])


@ON_SQLITE
async def test_the_last_factor_of_a_strict_role_stays(world: World) -> None:
    await made_role(world, "strict", mfaRequired=True)
    client = await made_user(world, "clerk", "strict")
    app = await with_app(world, client)
    assert_problem(await client.delete(f"{FACTORS}/{app.id}"), "factor-needed")
    other = await with_app(world, client)
    assert other.recovery_codes == []
    assert (await client.delete(f"{FACTORS}/{app.id}")).status_code == 204
    assert_problem(await client.delete(f"{FACTORS}/{other.id}"), "factor-needed")
    renamed = await client.patch(f"{FACTORS}/{other.id}", json={"name": "Tablet"})
    assert renamed.json()["name"] == "Tablet"


@ON_SQLITE
async def test_an_administrator_takes_the_factors_of_somebody(world: World) -> None:
    client, administrator = await world.user("member"), await world.user()
    app = await with_app(world, client)
    whose = await user_id(world, "member")
    listed = (await administrator.get(f"/api/v1/users/{whose}/factors")).json()
    assert ([one["name"] for one in listed["data"]], listed["recoveryCodes"]) == (["Phone"], 10)
    assert (await administrator.delete(f"/api/v1/users/{whose}/factors/{app.id}")).status_code == 204
    assert (await login(world, MEMBER)).status_code == 200
    events = (await administrator.get("/api/v1/audit?action=factor.*")).json()["data"]
    assert [one["action"] for one in events] == ["factor.remove", "factor.add"]
    assert events[0]["detail"] == {"kind": "totp", "name": "Phone"}
    await made_role(world, "staffing", "users:manage")
    clerk = await made_user(world, "clerk", "staffing")
    boss = await user_id(world, "administrator")
    assert_problem(await clerk.delete(f"/api/v1/users/{boss}/factors"), "beyond-own-rights")


@ON_SQLITE
async def test_who_loses_factors_is_mailed(world_with: Any) -> None:
    async with world_with(local=True) as world:
        client, administrator = await world.user("member"), await world.user()
        app = await with_app(world, client)
        await with_app(world, client)
        assert (await client.delete(f"{FACTORS}/{app.id}")).status_code == 204
        whose = await user_id(world, "member")
        assert (await administrator.delete(f"/api/v1/users/{whose}/factors")).status_code == 204
        assert (await administrator.delete(f"/api/v1/users/{whose}/factors")).status_code == 204
        tenant = await world.tenant("acme")
        async with world.platform.tenancy.use(tenant):
            rows = await OutboxMessage.select().where(OutboxMessage.kind == MAIL).order_by(OutboxMessage.id)
        mails = [json.loads(world.platform.vault.open(row["payload"], tenant.id)) for row in rows]
        found = [(one["template"], one["to"]["email"], one["values"]["factor"]) for one in mails]
        assert found == [("factor-removed", MEMBER, "Phone")] * 2


@ON_SQLITE
async def test_a_key_of_a_strict_user_goes_on_and_cannot_change_factors(world: World) -> None:
    administrator = await world.user()
    key = (await administrator.post("/api/v1/api-keys", json={"name": "ci"})).json()["token"]
    program = world.client(token=key)
    role = await role_id(world, "administrator")
    await administrator.patch(f"/api/v1/roles/{role}", json={"mfaRequired": True})
    assert_problem(await administrator.get("/api/v1/users"), "factor-required")
    assert (await program.get("/api/v1/users")).status_code == 200
    whose = await user_id_by(program, "member")
    for answer in (
        await program.post(FACTORS, json={"kind": "totp"}),
        await program.delete(f"/api/v1/users/{whose}/factors"),
        await program.post(CONFIRM, json={"password": PASSWORD}),
    ):
        assert_problem(answer, "key-not-enough")


async def user_id_by(client: httpx.AsyncClient, person: str) -> str:
    found = await client.get("/api/v1/users", params={"search": f"{person}@"})
    return str(found.json()["data"][0]["id"])


@ON_SQLITE
async def test_a_reset_password_does_not_skip_the_factor(world: World) -> None:
    await with_app(world, await world.user("member"))
    administrator = await world.user()
    whose = await user_id(world, "member")
    link = (await administrator.post(f"/api/v1/users/{whose}/link")).json()
    accepted = await world.client().post(
        "/api/v1/auth/accept", json={"token": link["token"], "password": "another horse battery"}
    )
    assert accepted.status_code == 200, accepted.text
    body = {"email": MEMBER, "password": "another horse battery"}
    assert_problem(await world.client().post("/api/v1/auth/login", json=body), "factor-required")


@ON_SQLITE
async def test_secrets_are_in_no_list_audit_event_or_repeated_response(world: World) -> None:
    client, administrator = await world.user("member"), await world.user()
    headers = {"idempotency-key": "once"}
    first = await client.post(FACTORS, json={"kind": "totp"}, headers=headers)
    second = await client.post(FACTORS, json={"kind": "totp"}, headers=headers)
    assert first.json()["secret"] != second.json()["secret"]
    app = await with_app(world, client)
    for answer in (await client.get(FACTORS), await administrator.get("/api/v1/audit")):
        assert app.totp.secret not in answer.text
        assert not [code for code in app.recovery_codes if code in answer.text]


async def test_a_warm_read_with_a_second_factor_costs_one_statement(world: World) -> None:
    client = await world.user("member")
    app = await with_app(world, client)
    token = (await login(world, MEMBER, code=await app.code())).json()["accessToken"]
    warm = world.client(token=token)
    await warm.get("/api/v1/data/accounts")
    async with counted(world) as statements:
        assert (await warm.get("/api/v1/data/accounts")).status_code == 200
    assert (statements["tenant"], statements["central"]) == (1, 0)


@ON_SQLITE
async def test_a_browser_signs_in_with_a_code_and_its_session_says_how(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    body = {"email": MEMBER, "password": PASSWORD}
    browser = pages_of(world)
    assert_problem(await browser.post("/api/v1/auth/session", json=body), "factor-required")
    code = await app.code()
    assert (await browser.post("/api/v1/auth/session", json={**body, "code": code})).status_code == 200
    refused = await browser.post("/api/v1/auth/session", json={**body, "code": code})
    assert_problem(refused, "code-invalid")
    async with world.platform.tenancy.use(await world.tenant("acme")):
        row = await Session.select().order_by(Session.id, ascending=False).first()
    assert (row["methods"], row["second_factor_at"] is not None) == ("pwd otp mfa", True)
