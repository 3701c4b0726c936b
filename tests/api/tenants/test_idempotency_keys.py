"""Idempotency-Key when operators create tenants."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from api.operations.create_tenant import TenantCreation
from api.schemas.tenants import NewTenant
from central.database import CENTRAL
from central.idempotency import Idempotency
from central.operators.audit import Actor
from piccolo_engines.columns import utc_now
from tests.api.conftest import OPERATOR_TOKEN, World
from tests.api.scenarios import assert_problem
from tests.api.tenants.requests import TENANTS, listed, nova


async def test_the_same_key_fifty_times_at_once_gives_one_tenant_and_equal_answers(world: World) -> None:
    operator = world.operator()
    key = {"Idempotency-Key": "make-nova"}
    answers = await asyncio.gather(*(operator.post(TENANTS, json=nova(), headers=key) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({without_passwords(answer) for answer in answers}) == 1
    told = [answer for answer in answers if answer.json()["admin"]["password"] is not None]
    assert len(told) == 1
    assert "idempotency-replayed" not in told[0].headers
    assert len([one async for one in listed(operator, search="nova")]) == 1


def without_passwords(answer: httpx.Response) -> str:
    body = answer.json()
    body["admin"]["password"] = body["dbPassword"] = None
    return str(body)


async def test_a_key_with_another_body_is_422(world: World) -> None:
    operator, key = world.operator(), {"Idempotency-Key": "k"}
    assert (await operator.post(TENANTS, json=nova(), headers=key)).status_code == 201
    answer = await operator.post(TENANTS, json=nova(name="Other"), headers=key)
    assert answer.status_code == 422
    assert_problem(answer, "idempotency-mismatch")


async def test_a_key_whose_request_failed_can_be_used_again(world: World) -> None:
    operator, key = world.operator(), {"Idempotency-Key": "k"}
    taken = nova(primaryDomain="acme")
    assert (await operator.post(TENANTS, json=taken, headers=key)).status_code == 409
    assert (await operator.post(TENANTS, json=nova(), headers=key)).status_code == 201


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "é"])
async def test_a_key_follows_its_grammar(world: World, key: str) -> None:
    answer = await world.operator().post(
        TENANTS, json=nova(), headers={b"Idempotency-Key": key.encode("latin-1")}
    )
    assert answer.status_code == 400
    assert_problem(answer, "invalid-idempotency-key")


async def test_a_key_whose_process_died_after_making_the_tenant_tells_of_that_tenant(world: World) -> None:
    operator = world.operator()
    made = (await operator.post(TENANTS, json=nova())).json()
    an_hour_ago = Idempotency(now=lambda: utc_now() - timedelta(hours=1))
    with CENTRAL.bind(world.platform.central_engine):
        ref = await world.platform.operators.authenticate(OPERATOR_TOKEN)
        assert ref is not None
        wanted = NewTenant(name="Nova", slug="nova", primary_domain="nova")
        body = TenantCreation(world.platform, ref, Actor("a test")).fingerprint(wanted, ref)
        await an_hour_ago.begin(ref.id, "k", body)
    again = await operator.post(TENANTS, json=nova(), headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    made["admin"]["password"] = made["dbPassword"] = None
    assert again.json() == made


async def test_keys_of_two_operators_are_apart(world: World) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        made = await world.platform.operators.create("Ada")
    key = {"Idempotency-Key": "k"}
    assert (await world.operator().post(TENANTS, json=nova(), headers=key)).status_code == 201
    other = world.client("localhost", made.token)
    assert (await other.post(TENANTS, json=nova(), headers=key)).status_code == 409
