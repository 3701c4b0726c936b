"""Signing in over HTTP: who gets in, for how long, and what an answer gives away."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tenant_schema.users.tables import SessionToken
from tests.api.conftest import PASSWORD, PEOPLE, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/auth/me"
ADA = {"email": "administrator@acme.example", "password": PASSWORD}
SIGNED_IN = {"viewer": 200, "member": 200, "manager": 200, "administrator": 200, "*": 401}


@table(
    Scenario(
        name="the tenant",
        method="GET",
        path="/api/v1/tenant",
        statuses={"*": 200},
        shows=("Acme Corporation",),
    ),
    Scenario(
        name="me",
        method="GET",
        path=ME,
        statuses=SIGNED_IN,
        shows=("@acme.example", "permissions"),
        hides=("demo.example", PASSWORD),
    ),
    Scenario(
        name="sign out",
        method="POST",
        path="/api/v1/auth/logout",
        statuses={**dict.fromkeys(PEOPLE, 204), "*": 401},
    ),
    Scenario(
        name="change the password",
        method="POST",
        path="/api/v1/auth/password",
        body={"current": PASSWORD, "new": "battery staple horse"},
        statuses={**dict.fromkeys(PEOPLE, 204), "*": 401},
    ),
    Scenario(name="me on a central host", method="GET", path=ME, host="localhost", statuses={"*": 404}),
)
async def test_who_may_call_what(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers)


@pytest.mark.parametrize("person", PEOPLE)
async def test_me_tells_roles_and_permissions(world: World, person: str) -> None:
    me = (await (await world.user(person)).get(ME)).json()
    assert me["user"]["email"] == f"{person}@acme.example"
    assert me["roles"] == [person]
    assert ("users:manage" in me["permissions"]) == (person == "administrator")


async def test_signing_in_answers_as_the_contract_says(world: World) -> None:
    answer = await world.client().post(LOGIN, json=ADA)
    body = answer.json()
    assert set(body) == {"accessToken", "refreshToken", "tokenType", "expiresIn", "user"}
    assert (body["tokenType"], body["expiresIn"]) == ("Bearer", 900)
    assert set(body["user"]) == {"id", "email", "name"}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_address_and_a_wrong_password_look_the_same(world: World) -> None:
    answers = [
        await world.client().post(LOGIN, json=body)
        for body in (ADA | {"password": "wrong horse battery"}, ADA | {"email": "nobody@acme.example"})
    ]
    assert {answer.status_code for answer in answers} == {401}
    problems = [assert_problem(answer, "invalid-credentials") for answer in answers]
    assert {key: value for key, value in problems[0].items() if key != "requestId"} == {
        key: value for key, value in problems[1].items() if key != "requestId"
    }


async def test_the_same_address_and_password_on_another_tenant_are_worth_nothing(world: World) -> None:
    answer = await world.client("demo.localhost").post(LOGIN, json=ADA)
    assert answer.status_code == 401


async def test_another_tenant_s_tokens_are_worth_nothing(world: World) -> None:
    tokens = (await world.client().post(LOGIN, json=ADA)).json()
    demo = world.client("demo.localhost", tokens["accessToken"])
    assert_problem(await demo.get(ME), "token-invalid")
    refreshed = await demo.post("/api/v1/auth/refresh", json={"refreshToken": tokens["refreshToken"]})
    assert_problem(refreshed, "token-invalid")
    assert (await world.client(token=tokens["accessToken"]).get(ME)).status_code == 200


async def test_repeated_failures_have_to_wait(world: World) -> None:
    wrong, client = ADA | {"password": "wrong horse battery"}, world.client()
    answers = [await client.post(LOGIN, json=wrong) for _ in range(12)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert_problem(answers[-1], "too-many-attempts")
    assert (await client.post(LOGIN, json=ADA)).status_code == 429


async def test_two_tabs_that_refresh_with_one_token_get_a_pair_each(world: World) -> None:
    client, path = world.client(), "/api/v1/auth/refresh"
    first = (await client.post(LOGIN, json=ADA)).json()
    body = {"refreshToken": first["refreshToken"]}
    tabs = await asyncio.gather(*(client.post(path, json=body) for _ in range(20)))
    assert [one.status_code for one in tabs] == [200] * 20
    assert len({one.json()["refreshToken"] for one in tabs}) == 20
    for one in tabs:
        assert (await world.client(token=one.json()["accessToken"]).get(ME)).status_code == 200
        again = await client.post(path, json={"refreshToken": one.json()["refreshToken"]})
        assert again.status_code == 200


async def test_a_late_second_use_of_a_refresh_token_ends_the_session(world: World) -> None:
    client, path = world.client(), "/api/v1/auth/refresh"
    first = (await client.post(LOGIN, json=ADA)).json()
    second = await client.post(path, json={"refreshToken": first["refreshToken"]})
    assert second.status_code == 200
    assert (await world.client(token=second.json()["accessToken"]).get(ME)).status_code == 200
    async with world.platform.tenancy.use(await world.tenant("acme")):
        eleven_seconds_ago = {SessionToken.used_at: datetime.now(UTC) - timedelta(seconds=11)}
        await SessionToken.update(eleven_seconds_ago).where(SessionToken.used_at.is_not_null())
    reused = await client.post(path, json={"refreshToken": first["refreshToken"]})
    assert reused.status_code == 401
    assert_problem(reused, "token-reused")
    assert (await client.post(path, json={"refreshToken": second.json()["refreshToken"]})).status_code == 401
    assert (await world.client(token=second.json()["accessToken"]).get(ME)).status_code == 401


async def test_signing_out_ends_the_session_at_once(world: World) -> None:
    tokens = (await world.client().post(LOGIN, json=ADA)).json()
    client = world.client(token=tokens["accessToken"])
    assert (await client.get(ME)).status_code == 200
    answer = await client.post("/api/v1/auth/logout")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(ME)).status_code == 401
    refreshed = await client.post("/api/v1/auth/refresh", json={"refreshToken": tokens["refreshToken"]})
    assert refreshed.status_code == 401


async def test_a_new_password_ends_every_other_session(world: World) -> None:
    mine, other = [
        world.client(token=(await world.client().post(LOGIN, json=ADA)).json()["accessToken"])
        for _ in range(2)
    ]
    change = {"current": PASSWORD, "new": "battery staple horse"}
    assert (await mine.post("/api/v1/auth/password", json=change)).status_code == 204
    assert (await mine.get(ME)).status_code == 200
    assert (await other.get(ME)).status_code == 401
    assert (await mine.post(LOGIN, json=ADA)).status_code == 401
    assert (await mine.post(LOGIN, json=ADA | {"password": "battery staple horse"})).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"current": "wrong horse battery", "new": "battery staple horse"}, "current", "wrong-password"),
        ({"current": PASSWORD, "new": "short"}, "new", "too-short"),
        ({"current": PASSWORD, "new": PASSWORD}, "new", "unchanged"),
        ({"current": PASSWORD}, "new", "required"),
    ],
)
async def test_a_password_that_cannot_be_changed(world: World, change: Any, field: str, code: str) -> None:
    answer = await (await world.user()).post("/api/v1/auth/password", json=change)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in assert_problem(answer)["errors"]] == [(field, code)]
    assert (await world.client().post(LOGIN, json=ADA)).status_code == 200


def forged(token: str) -> list[str]:
    """The token with something changed that its signature covers, or no signature at all."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["exp"] += 10_000

    def encoded(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    unsigned = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}."
    return [f"{head}.{encoded(claims)}.{signature}", unsigned, f"{head}.{payload}.", token[:-4] + "AAAA"]


async def test_forged_tokens_are_refused(world: World) -> None:
    for token in forged(await world.sign_in()):
        answer = await world.client(token=token).get(ME)
        assert answer.status_code == 401
        assert_problem(answer, "token-invalid")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Basic eA==", "Bearer \xff", "Bearer " + "x." * 5000]
)
async def test_what_is_no_token_is_401(world: World, authorization: str) -> None:
    answer = await world.client().get(ME, headers={b"Authorization": authorization.encode("latin-1")})
    assert answer.status_code == 401
    assert_problem(answer)


async def test_a_token_too_old_says_so(world_with: Any) -> None:
    async with world_with(access_token_seconds=1) as world:
        import asyncio

        client = await world.user()
        await asyncio.sleep(1.1)
        answer = await client.get(ME)
        assert_problem(answer, "token-expired")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_attempts_count_for_the_address_that_a_trusted_proxy_tells(world_with: Any) -> None:
    from ipaddress import ip_network

    async with world_with(trusted_proxies=(ip_network("203.0.113.0/24"),)) as world:
        wrong = {"email": "someone@acme.example", "password": "wrong horse battery"}

        async def attempt(number: int, address: str) -> httpx.Response:
            body = wrong | {"email": f"someone-{number}@acme.example"}
            return await world.client().post(LOGIN, json=body, headers={"X-Forwarded-For": address})

        statuses = [(await attempt(n, "198.51.100.1")).status_code for n in range(60)]
        assert statuses[-1] == 429
        assert (await attempt(99, "198.51.100.2")).status_code == 401
