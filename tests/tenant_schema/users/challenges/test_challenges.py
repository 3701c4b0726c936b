"""Challenges: for one tenant and purpose, for five minutes, once."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from central.secrets.vault import Vault
from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.users.challenges.service import Challenges
from tenant_schema.users.factor_errors import ChallengeInvalid
from tenant_schema.users.sign_in_tables import SignInChallenge
from tests.tenant_schema.users.doubles import Clock
from tests.tenant_schema.users.sealing import NEW, OLD, opened


@pytest.fixture
def challenges(clock: Clock) -> Challenges:
    return made(clock, Vault([OLD]))


def made(clock: Clock, vault: Vault) -> Challenges:
    return Challenges(vault.seal, partial(opened, vault), now=clock.utc)


def test_a_challenge_names_its_user_and_has_a_value_of_its_own(
    challenges: Challenges, scope: TenantScope
) -> None:
    issued = challenges.issue(scope.id, "sign-in", UUID(int=7))
    read = challenges.read(scope.id, "sign-in", issued.token)
    assert (read.user_id, read.value, read.expires_at) == (UUID(int=7), issued.value, issued.expires_at)
    assert len(issued.value) == 32
    assert challenges.issue(scope.id, "sign-in").value != challenges.issue(scope.id, "sign-in").value


def test_it_is_for_one_tenant_one_purpose_and_five_minutes(
    challenges: Challenges, scope: TenantScope, clock: Clock
) -> None:
    token = challenges.issue(scope.id, "sign-in").token
    for tenant_id, purpose, given in (
        (UUID(int=9), "sign-in", token),
        (scope.id, "second-factor", token),
        (scope.id, "sign-in", token[:-2]),
        (scope.id, "sign-in", ""),
        (scope.id, "sign-in", "é" * 10),
        (scope.id, "sign-in", "v1.0." + "A" * 10_000),
    ):
        with pytest.raises(ChallengeInvalid):
            challenges.read(tenant_id, purpose, given)
    clock.advance(minutes=4, seconds=59)
    challenges.read(scope.id, "sign-in", token)
    clock.advance(seconds=1)
    with pytest.raises(ChallengeInvalid):
        challenges.read(scope.id, "sign-in", token)


def test_another_sealed_text_is_no_challenge(clock: Clock, scope: TenantScope) -> None:
    vault = Vault([OLD])
    for text in ("JBSWY3DPEHPK3PXP", "{}", '{"purpose":"sign-in"}'):
        with pytest.raises(ChallengeInvalid):
            made(clock, vault).read(scope.id, "sign-in", vault.seal(text, scope.id))


def test_a_key_that_is_replaced_opens_challenges_until_it_is_gone(clock: Clock, scope: TenantScope) -> None:
    token = made(clock, Vault([OLD])).issue(scope.id, "sign-in").token
    made(clock, Vault([NEW, OLD])).read(scope.id, "sign-in", token)
    with pytest.raises(ChallengeInvalid):
        made(clock, Vault([NEW])).read(scope.id, "sign-in", token)


async def test_it_is_used_once_and_forgotten_when_it_has_expired(
    challenges: Challenges, scope: TenantScope, clock: Clock, bound: SQLiteEngine
) -> None:
    issued = challenges.issue(scope.id, "sign-in")
    assert await SignInChallenge.count() == 0

    async def use() -> bool:
        try:
            async with DB.transaction():
                await challenges.use(challenges.read(scope.id, "sign-in", issued.token))
        except ChallengeInvalid:
            return False
        return True

    assert sorted(await asyncio.gather(*(use() for _ in range(4)))) == [False, False, False, True]
    assert await SignInChallenge.count() == 1
    clock.advance(minutes=7)
    await challenges.use(challenges.issue(scope.id, "sign-in"))
    assert await SignInChallenge.count() == 1
