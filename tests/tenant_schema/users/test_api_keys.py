"""API keys: what using one costs, how its use is written down, and when it ends."""

from datetime import timedelta

import pytest

from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.errors import TokenExpired, TokenInvalid
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.tables import ApiKey
from tests.tenant_schema.users.conftest import PASSWORD
from tests.tenant_schema.users.doubles import Clock


@pytest.fixture
async def key(auth: Authentication, cache: VersionedCache, clock: Clock, scope, ada) -> str:
    signed_in = await auth.sign_in(scope, "ada@acme.example", PASSWORD)
    access = await auth.authenticate(scope, signed_in.access_token)
    keys = ApiKeys(cache, now=clock.utc)
    _, text = await keys.create(scope, access, "robot", None, clock.now + timedelta(days=1))
    return text


async def last_use() -> object:
    return (await ApiKey.select(ApiKey.last_used_at).first())["last_used_at"]


async def test_a_use_is_written_down_once_a_minute(auth, scope, cache, clock, key, counting) -> None:
    assert await last_use() is None
    first = clock.now
    await auth.authenticate(scope, key)
    assert await last_use() == first
    clock.advance(seconds=59)
    cache.forget(scope)  # as in another process
    await auth.authenticate(scope, key)
    assert await last_use() == first
    clock.advance(seconds=1)
    with counting() as statements:
        await auth.authenticate(scope, key)
        await auth.authenticate(scope, key)
    assert await last_use() == clock.now
    assert sum("UPDATE" in sql.split()[0] for sql in statements.sent) == 1


async def test_what_a_key_costs(auth, scope, cache, key, counting) -> None:
    cache.forget(scope)
    with counting() as cold:
        await auth.authenticate(scope, key)
    with counting() as warm:
        await auth.authenticate(scope, key)
    assert [len(cold), len(warm)] == [7, 0]  # the versions, the key, its roles, three for these, the use


async def test_a_key_ends_to_the_second(auth, scope, clock, key) -> None:
    clock.advance(days=1, seconds=-1)
    await auth.authenticate(scope, key)
    clock.advance(seconds=1)
    with pytest.raises(TokenExpired):
        await auth.authenticate(scope, key)


async def test_of_the_secret_only_a_hash_is_kept(bound, key) -> None:
    row = await ApiKey.select().first()
    assert key.startswith(f"{row['prefix']}_")
    assert key.partition("_")[2].partition("_")[2] not in str(row)


async def test_made_up_keys_crowd_nothing_out(auth, scope, cache, key) -> None:
    await auth.authenticate(scope, key)
    entries = len(cache._tenants.get(scope.id.int).entries)
    for number in range(20):
        with pytest.raises(TokenInvalid):
            await auth.authenticate(scope, f"fhk_{number:08d}_{'a' * 43}")
    assert len(cache._tenants.get(scope.id.int).entries) == entries
