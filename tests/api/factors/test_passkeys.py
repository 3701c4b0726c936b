"""Passkeys over HTTP: instead of a password and after one, on one host, with each challenge once."""

import asyncio
from typing import Any

import httpx

from tests.api.conftest import ON_SQLITE, World
from tests.api.factors.people import CONFIRM, FACTORS, ORIGIN, login, pages_of, with_app, with_passkey
from tests.api.people import made_role, made_user, sign_in_as
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted
from tests.support.authenticator import Authenticator

BEGIN, FINISH = "/api/v1/auth/passkeys/begin", "/api/v1/auth/passkeys/finish"
MEMBER = "member@acme.example"


async def begun(client: httpx.AsyncClient, **body: str) -> dict[str, Any]:
    answer = await client.post(BEGIN, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def response(key: Authenticator, request: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"challenge": request["challenge"], "credential": key.sign(request["publicKey"], **more)}


async def test_a_passkey_signs_in_instead_of_the_password_and_counts_as_second_factor(world: World) -> None:
    await made_role(world, "strict", "accounts:read", mfaRequired=True)
    key, added = await with_passkey(await made_user(world, "clerk", "strict"))
    assert added.json()["factor"]["kind"] == "passkey"
    assert len(added.json()["recoveryCodes"]) == 10
    browser = pages_of(world)
    request = await begun(browser)
    assert request["publicKey"]["rpId"] == "acme.localhost"
    assert request["publicKey"]["userVerification"] == "required"
    assert request["publicKey"]["allowCredentials"] == []
    answer = await browser.post(FINISH, json=response(key, request))
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["email"] == "clerk@acme.example"
    cookies = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
    browser.headers["cookie"] = "; ".join(cookies)  # a client over http would keep them to itself
    assert (await browser.get("/api/v1/data/accounts")).status_code == 200
    session = (await browser.get("/api/v1/sessions")).json()["data"][0]
    assert session["current"] is True


async def test_a_passkey_is_the_second_factor_after_the_password(world: World) -> None:
    client = await world.user("member")
    key, _ = await with_passkey(client)
    other, _ = await with_passkey(await world.user("manager"))
    refused = assert_problem(await login(world, MEMBER), "factor-required")
    assert refused["factors"] == ["passkey", "recovery-code"]
    browser = pages_of(world)
    request = await begun(browser, challenge=refused["challenge"])
    assert len(request["publicKey"]["allowCredentials"]) == 1
    assert_problem(await browser.post(FINISH, json=response(other, request)), "passkey-invalid")
    key.verifies = False  # the password was verified, so the authenticator need not verify the user
    assert (await browser.post(FINISH, json=response(key, request))).status_code == 200
    assert_problem(await browser.post(FINISH, json=response(key, request)), "challenge-invalid")
    assert_problem(await pages_of(world).post(BEGIN, json={"challenge": "v1.x"}), "challenge-invalid")


async def test_of_concurrent_uses_of_one_challenge_one_signs_in(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    request = await begun(pages_of(world))
    bodies = [response(key, request) for _ in range(3)]
    answers = await asyncio.gather(*(pages_of(world).post(FINISH, json=body) for body in bodies))
    assert sorted(one.status_code for one in answers) == [200, 401, 401]


@ON_SQLITE
async def test_an_assertion_works_once(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    body = response(key, await begun(pages_of(world)))
    assert (await pages_of(world).post(FINISH, json=body)).status_code == 200
    assert (await pages_of(world).post(FINISH, json=body)).status_code == 401


@ON_SQLITE
async def test_without_a_password_the_authenticator_verifies_the_user(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    key.verifies = False
    answer = await pages_of(world).post(FINISH, json=response(key, await begun(pages_of(world))))
    assert_problem(answer, "passkey-invalid")


@ON_SQLITE
async def test_assertions_and_challenges_of_one_tenant_are_worth_nothing_in_another(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    acme, demo = pages_of(world), pages_of(world, "demo.localhost")
    here, there = await begun(acme), await begun(demo)
    assert_problem(await demo.post(FINISH, json=response(key, here)), "challenge-invalid")
    assert_problem(await demo.post(FINISH, json=response(key, there)), "passkey-invalid")
    assert_problem(await acme.post(FINISH, json=response(key, there)), "challenge-invalid")
    for host in ("demo.localhost", "localhost"):
        answer = await acme.post(FINISH, json=response(key, await begun(acme), host=host))
        assert_problem(answer, "passkey-invalid")
    key.origin = "https://demo.localhost"
    assert_problem(await acme.post(FINISH, json=response(key, await begun(acme))), "passkey-invalid")
    foreign = assert_problem(await login(world, MEMBER), "factor-required")["challenge"]
    assert_problem(await demo.post(BEGIN, json={"challenge": foreign}), "challenge-invalid")


@ON_SQLITE
async def test_a_passkey_cannot_be_made_for_another_host_or_user(world: World) -> None:
    client = await world.user("member")
    _, wrong = await with_passkey(client, "https://demo.localhost")
    assert_problem(wrong, "validation")
    key = Authenticator(ORIGIN)
    begun_here = (await client.post(FACTORS, json={"kind": "passkey"})).json()
    credential = key.create(begun_here["publicKey"])
    other = await world.user("manager")
    answer = await other.post(f"{FACTORS}/{begun_here['id']}", json={"credential": credential})
    assert_problem(answer, "not-found")
    assert (
        await client.post(f"{FACTORS}/{begun_here['id']}", json={"credential": credential})
    ).status_code == 200
    begun_there = (await other.post(FACTORS, json={"kind": "passkey"})).json()
    again = key.create(begun_there["publicKey"])
    answer = await other.post(f"{FACTORS}/{begun_there['id']}", json={"credential": again})
    assert [one["code"] for one in assert_problem(answer)["errors"]] == ["passkey-refused"]


@ON_SQLITE
async def test_a_sign_count_that_goes_back_is_refused_and_recorded(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    copy = Authenticator(ORIGIN, key=key.key, credential_id=key.credential_id, handle=key.handle)
    key.sign_count = 8
    assert (
        await pages_of(world).post(FINISH, json=response(key, await begun(pages_of(world))))
    ).status_code == 200
    answer = await pages_of(world).post(FINISH, json=response(copy, await begun(pages_of(world))))
    assert_problem(answer, "passkey-invalid")
    administrator = await world.user()
    events = (await administrator.get("/api/v1/audit?action=factor.sign-count")).json()["data"]
    assert [(one["subject"]["name"], one["detail"]["given"]) for one in events] == [(MEMBER, 1)]


@ON_SQLITE
async def test_a_session_is_confirmed_and_completed_with_a_passkey(world: World) -> None:
    await made_role(world, "strict", "accounts:read", mfaRequired=True)
    client = await made_user(world, "clerk", "strict")
    older = await sign_in_as(world, "clerk@acme.example")
    key, _ = await with_passkey(client)
    other, _ = await with_passkey(await world.user("member"))
    assert_problem(await older.get("/api/v1/data/accounts"), "factor-required")
    request = await begun(older)
    assert_problem(await older.post(CONFIRM, json=response(other, request)), "validation")
    assert (await older.post(CONFIRM, json=response(key, request))).status_code == 204
    assert (await older.get("/api/v1/data/accounts")).status_code == 200


@ON_SQLITE
async def test_deactivated_users_and_removed_passkeys_do_not_sign_in(world: World) -> None:
    client, administrator = await world.user("member"), await world.user()
    key, added = await with_passkey(client)
    await with_app(world, client)
    spare, _ = await with_passkey(client)
    assert (await client.delete(f"{FACTORS}/{added.json()['factor']['id']}")).status_code == 204
    assert_problem(
        await pages_of(world).post(FINISH, json=response(key, await begun(pages_of(world)))),
        "passkey-invalid",
    )
    whose = (await client.get("/api/v1/auth/me")).json()["user"]["id"]
    assert (await administrator.post(f"/api/v1/users/{whose}/deactivate")).status_code == 200
    assert_problem(
        await pages_of(world).post(FINISH, json=response(spare, await begun(pages_of(world)))),
        "passkey-invalid",
    )


@ON_SQLITE
async def test_pages_of_other_sites_cannot_sign_somebody_in(world: World) -> None:
    key, _ = await with_passkey(await world.user("member"))
    body = response(key, await begun(pages_of(world)))
    elsewhere = world.client(headers={"origin": "https://evil.example"})
    assert_problem(await elsewhere.post(FINISH, json=body), "cross-site")


@ON_SQLITE
async def test_asking_for_passkeys_writes_nothing(world: World) -> None:
    client = pages_of(world)
    await begun(client)
    async with counted(world) as statements:
        for _ in range(5):
            await begun(client)
    assert statements["tenant"] == 0
