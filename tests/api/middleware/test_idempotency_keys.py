"""Idempotency-Key on a tenant's POST routes: once is enough, whatever is sent how often."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from api.middleware import idempotency
from central.database import CENTRAL
from piccolo_engines.columns import utc_now
from tenant_schema.records.tables import IdempotentRequest
from tests.api.conftest import PASSWORD, World
from tests.api.people import made_role, made_user
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem

COUNTED = {"select": ["count"]}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def names(world: World) -> list[str]:
    return [one["name"] for one in (await (await world.user()).get(ACCOUNTS)).json()["data"]]


async def in_database(world: World, work: Any) -> Any:
    """What ``work`` gives with acme's database bound."""
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(await world.tenant("acme")):
            return await work()


def shown(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    kept = {name: answer.headers[name] for name in ("etag", "location", "content-type")}
    return answer.status_code, answer.json(), kept


async def test_the_same_again_is_answered_the_same_and_done_once(world: World) -> None:
    client = await world.user()
    first = await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
    again = await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
    assert shown(first) == shown(again)
    assert first.status_code == 201
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert await names(world) == ["Initech"]


async def test_a_replay_is_no_way_around_the_roles_of_today(world: World) -> None:
    role = await made_role(world, "sales", "accounts:create", "accounts:read", "accounts:delete")
    boss, sally = await world.user(), await made_user(world, "sally", "sales")
    body = {"name": "Initech", "phone": "+49 30 123456"}

    async def seen() -> dict[str, Any]:
        answer = await sally.post(ACCOUNTS, json=body, headers=KEY)
        assert (answer.status_code, answer.headers["idempotent-replayed"]) == (201, "true")
        return dict(answer.json()["data"])

    made = (await sally.post(ACCOUNTS, json=body, headers=KEY)).json()["data"]
    assert await seen() == made
    phone = {"fields": [{"object": "accounts", "field": "phone", "read": False}]}
    await boss.put(f"/api/v1/roles/{role['id']}/fields", json=phone)
    assert await seen() == {name: value for name, value in made.items() if name != "phone"}
    mine = {"object": "accounts", "action": "read", "filter": {"owner": "$me"}}
    await boss.put(f"/api/v1/roles/{role['id']}/rules", json={"rules": [mine]})
    assert (await seen())["name"] == "Initech"
    await boss.patch(f"{ACCOUNTS}/{made['id']}", json={"owner": None})
    assert await seen() == {"id": made["id"], "version": 1}
    await boss.put(f"/api/v1/roles/{role['id']}/permissions", json={"permissions": []})
    assert await seen() == {"id": made["id"], "version": 1}


async def test_what_only_asks_is_answered_anew(world: World) -> None:
    client = await world.user()
    question = {"object": "accounts", "action": "read"}
    for path, asked in (("/api/v1/permissions/explain", question), (f"{ACCOUNTS}/aggregate", COUNTED)):
        for _ in range(2):
            answer = await client.post(path, json=asked, headers=KEY)
            assert answer.status_code == 200
            assert "idempotent-replayed" not in answer.headers


async def test_another_body_is_refused(world: World) -> None:
    client = await world.user()
    await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
    answer = await client.post(ACCOUNTS, json={"name": "Hooli"}, headers=KEY)
    assert answer.status_code == 422
    assert_problem(answer, "idempotency-mismatch")
    assert await names(world) == ["Initech"]


async def test_a_key_belongs_to_one_caller_and_one_route(world: World) -> None:
    for person in ("administrator", "member"):
        client = await world.user(person)
        answer = await client.post(ACCOUNTS, json={"name": person}, headers=KEY)
        assert answer.status_code == 201
    body = {"op": "create", "records": [{"name": "elsewhere"}]}
    assert (await client.post(f"{ACCOUNTS}/bulk", json=body, headers=KEY)).status_code == 200
    assert await names(world) == ["administrator", "member", "elsewhere"]


async def test_many_at_once_do_it_once(world: World) -> None:
    client = await world.user()

    async def send() -> httpx.Response:
        return await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)

    answers = await asyncio.gather(*[send() for _ in range(6)])
    assert {answer.status_code for answer in answers} <= {201, 409}
    did = [answer for answer in answers if answer.status_code == 201]
    assert ["idempotent-replayed" in answer.headers for answer in did].count(False) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, "idempotency-busy")
            assert answer.headers["retry-after"] == "1"
    assert await names(world) == ["Initech"]


async def test_what_is_refused_is_not_kept(world: World) -> None:
    client = await world.user()
    wrong = await client.post(ACCOUNTS, json={"nmae": "x"}, headers=KEY)
    assert wrong.status_code == 422
    right = await client.post(ACCOUNTS, json={"name": "x"}, headers=KEY)
    assert right.status_code == 201
    assert await in_database(world, lambda: IdempotentRequest.count()) == 1


async def test_a_crash_loses_both_or_neither(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await world.user()

    async def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(idempotency.TenantIdempotency, "store", crash)
        answer = await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
        assert answer.status_code == 500
    assert await names(world) == []
    assert (await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)).status_code == 201
    assert await names(world) == ["Initech"]


CHANGES = [
    ("/api/v1/objects", {"name": "deals", "fields": [{"name": "stage", "type": "text"}]}),
    ("/api/v1/objects/accounts/fields", {"name": "motto", "type": "text"}),
]


@pytest.mark.parametrize(("path", "body"), CHANGES)
async def test_a_change_of_objects_whose_process_died_after_it_is_found_done(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, body: Any
) -> None:
    """The name is not taken for the client that has just created it; for all others it is."""
    user, key = await world.user(), {"Idempotency-Key": "once"}

    async def die(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as dying:
        dying.setattr(idempotency.TenantIdempotency, "store", die)
        assert (await user.post(path, json=body, headers=key)).status_code == 500
    lost: dict[Any, Any] = {IdempotentRequest.leased_until: utc_now() - timedelta(minutes=1)}
    await in_database(world, IdempotentRequest.update(lost, force=True).run)
    again = await user.post(path, json=body, headers=key)
    assert again.status_code == 201, again.text
    replayed = await user.post(path, json=body, headers=key)
    assert (replayed.status_code, replayed.json()) == (201, again.json())
    assert replayed.headers["idempotent-replayed"] == "true"
    for other in ({}, {"Idempotency-Key": "another"}):
        taken = await user.post(path, json=body, headers=other)
        assert (taken.status_code, taken.json()["code"]) == (409, "name-taken")


async def test_after_a_day_a_key_is_new_and_old_ones_go(world: World) -> None:
    client = await world.user()

    async def a_day_later() -> None:
        long_ago = utc_now() - timedelta(hours=25)
        await IdempotentRequest.update({IdempotentRequest.created_at: long_ago}, force=True)

    await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
    await in_database(world, a_day_later)
    assert (await client.post(ACCOUNTS, json={"name": "Hooli"}, headers=KEY)).status_code == 201
    await in_database(world, a_day_later)
    assert await in_database(world, lambda: IdempotentRequest.count()) == 1


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
async def test_a_key_has_a_grammar(world: World, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    answer = await (await world.user()).post(ACCOUNTS, json={"name": "x"}, headers=headers)
    assert answer.status_code == 400
    assert_problem(answer, "invalid-idempotency-key")


async def test_a_key_lets_nobody_in(world: World) -> None:
    record = await make(world)
    await (await world.user()).post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
    for client in (world.client(), world.client(token="a.b.c"), await world.user("viewer")):
        answer = await client.post(ACCOUNTS, json={"name": "Initech"}, headers=KEY)
        assert answer.status_code in (401, 403)
    deleted = await (await world.user("viewer")).post(f"{ACCOUNTS}/{record['id']}/restore", headers=KEY)
    assert deleted.status_code == 403


async def test_no_token_and_no_password_is_kept(world: World) -> None:
    client = world.client(headers=KEY)
    body = {"email": "administrator@acme.example", "password": PASSWORD}
    tokens = [(await client.post("/api/v1/auth/login", json=body)).json() for _ in range(2)]
    assert tokens[0]["accessToken"] != tokens[1]["accessToken"]
    assert await in_database(world, lambda: IdempotentRequest.count()) == 0


async def test_reading_is_not_kept(world: World) -> None:
    client = await world.user()
    for name in ("a", "b"):
        query = {"filter": {"name": name}}
        assert (await client.post(f"{ACCOUNTS}/query", json=query, headers=KEY)).status_code == 200
    assert await in_database(world, lambda: IdempotentRequest.count()) == 0


def test_the_document_tells_of_it(warm: Any) -> None:
    document = msgspec.json.decode(warm.app.state.documents["tenant"].as_json.body)
    posts = {path: one["post"] for path, one in document["paths"].items() if "post" in one}
    having = {
        path
        for path, one in posts.items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in one.get("parameters", ()))
    }
    without = {path for path in posts if path not in having}
    assert {path for path in without if not path.startswith("/api/v1/auth/")} == {
        "/api/v1/counts",
        "/api/v1/data/{object}/query",
        "/api/v1/data/{object}/aggregate",
        "/api/v1/permissions/explain",
        "/api/v1/me/factors",  # their responses are secrets
        "/api/v1/me/factors/{factorId}",
    }
    assert all({"409", "422"} <= set(posts[path]["responses"]) for path in having)
