"""What is known of a token is used without a statement, and no longer than what is read for it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.errors import TokenInvalid
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.sign_in.service import Authentication, SignedIn
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import ApiKey
from tests.tenant_schema.users.conftest import signing_keys
from tests.tenant_schema.users.doubles import Clock, RecordingPasswords
from tests.tenant_schema.users.sealing import second_factors
from tests.tenant_schema.users.sign_in.test_signed_in import (  # noqa: F401 - fixtures among them
    deactivate,
    delete_user,
    elsewhere,
    end_sessions,
    signed_in,
    take_permission,
    take_role,
)


async def nothing() -> None:
    """Loads nothing."""


@pytest.fixture
async def token(auth: Authentication, scope: TenantScope, signed_in: SignedIn) -> str:  # noqa: F811
    """An access token whose access is known."""
    await auth.authenticate(scope, signed_in.access_token)
    return signed_in.access_token


@pytest.fixture
async def key(
    auth: Authentication, cache: VersionedCache, clock: Clock, scope: TenantScope, token: str
) -> str:
    """An API key whose access is known."""
    keys, access = ApiKeys(cache, now=clock.utc), await auth.authenticate(scope, token)
    _, text = await keys.create(scope, access, "robot", None, clock.now + timedelta(minutes=15))
    await auth.authenticate(scope, text)
    return text


async def test_what_is_known_is_what_authenticating_returns_and_costs_nothing(
    auth, scope, token, key, counting
) -> None:
    for text in (token, key):
        access = await auth.authenticate(scope, text)
        with counting() as statements:
            assert auth.known_access(scope, text) is access
        assert statements.sent == []


@pytest.mark.parametrize("change", [deactivate, delete_user, end_sessions, take_role, take_permission])
async def test_a_change_ends_it_at_once_here_and_within_half_a_second_elsewhere(
    auth,
    elsewhere,  # noqa: F811
    scope,
    token,
    ada,
    cache,
    clock,
    change: Callable[[UUID], Awaitable[None]],
) -> None:
    clock.advance(seconds=10)
    await elsewhere.authenticate(scope, token)
    async with cache.change(scope):
        await change(ada)
    assert auth.known_access(scope, token) is None
    clock.advance(seconds=0.49)
    assert elsewhere.known_access(scope, token) is not None
    clock.advance(seconds=0.01)
    assert elsewhere.known_access(scope, token) is None
    for service in (auth, elsewhere):
        try:
            access = await service.authenticate(scope, token)
        except TokenInvalid:
            assert change not in {take_role, take_permission}
            assert service.known_access(scope, token) is None  # what is refused is not kept
        else:
            assert change in {take_role, take_permission}
            assert not access.allows("accounts", "read")
            assert service.known_access(scope, token) is access


async def test_it_ends_to_the_second_with_the_token_and_the_key(
    auth, scope, token, key, cache, clock
) -> None:
    expired = clock.now + timedelta(minutes=15)
    clock.now = expired - timedelta(seconds=1)
    for text in (token, key):
        await auth.authenticate(scope, text)
        assert auth.known_access(scope, text) is not None
    clock.now = expired
    await cache.get(scope, "anything", nothing)  # looks at the version
    assert [auth.known_access(scope, text) for text in (token, key)] == [None, None]


async def test_another_text_or_another_tenant_never_finds_it(auth, scope, token, key, bound) -> None:
    await auth.authenticate(scope, token)
    other = TenantScope(new_id(), scope.slug, scope.name)
    for text in (token, key):
        for forged in (text[:-1], text + "A", text[:-4] + "AAAA", text + " ", text[:40], "", text * 9):
            assert auth.known_access(scope, forged) is None
        assert auth.known_access(other, text) is None
        with pytest.raises(TokenInvalid):
            await auth.authenticate(TenantScope(other.id, scope.slug, scope.name), text[:-4] + "AAAA")
    with pytest.raises(TokenInvalid):  # signed for the one tenant, with its key
        await auth.authenticate(other, token)
    assert auth.known_access(other, token) is None
    assert auth.known_access(scope, token) is not None


async def test_a_process_with_other_signing_keys_refuses_the_token(auth, scope, token, cache, clock) -> None:
    """Also when it had the same cache: only a token that it has verified itself is in it."""
    renewed = SigningKeys("k2", {"k2": b"another key of thirty-two bytes!"})
    both = SigningKeys("k2", {**renewed.keys, **signing_keys(scope.id).keys})

    def service(keys: SigningKeys) -> Authentication:
        return Authentication(
            passwords=RecordingPasswords(),
            tokens=AccessTokens(lambda _: keys, clock=clock.unix),
            throttle=Throttle(now=clock.utc),
            cache=VersionedCache(ACCESS, 0.5, clock.monotonic),
            factors=second_factors(Throttle(now=clock.utc), clock.utc),
            now=clock.utc,
        )

    during, after = service(both), service(renewed)
    await during.authenticate(scope, token)
    assert during.known_access(scope, token) is not None
    with pytest.raises(TokenInvalid):
        await after.authenticate(scope, token)
    assert after.known_access(scope, token) is None


async def test_a_key_is_not_known_without_its_secret_nor_when_its_use_is_to_be_recorded(
    auth, scope, key, cache, clock
) -> None:
    assert auth.known_access(scope, key[:-43] + "A" * 43) is None
    clock.advance(minutes=1)
    await cache.get(scope, "anything", nothing)  # looks at the version
    assert auth.known_access(scope, key) is None
    assert (await auth.authenticate(scope, key)).api_key is not None
    assert (await ApiKey.select(ApiKey.last_used_at).first())["last_used_at"] == clock.now
    assert auth.known_access(scope, key) is not None


async def test_what_is_read_inside_a_transaction_is_not_kept(auth, scope, token, cache) -> None:
    cache.forget(scope)
    async with DB.transaction():
        await auth.authenticate(scope, token)
    assert auth.known_access(scope, token) is None
