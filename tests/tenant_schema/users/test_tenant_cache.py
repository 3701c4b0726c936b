"""Caches by version: warm for free, right after every kind of change, and bounded."""

import asyncio
import itertools
from contextlib import suppress

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, CacheVersion, VersionedCache, bump
from tests.tenant_schema.users.doubles import Clock, RolledBack


class Source:
    """Something to cache: what is stored, and how often it was read."""

    def __init__(self, value: object = "first") -> None:
        self.value = value
        self.reads = 0

    async def load(self) -> object:
        self.reads += 1
        return self.value


@pytest.fixture
def source() -> Source:
    return Source()


async def test_what_is_cached_is_served_without_a_statement(cache, scope, source, counting) -> None:
    await cache.get(scope, "key", source.load)

    with counting() as statements:
        assert await cache.get(scope, "key", source.load) == "first"

    assert len(statements) == 0
    assert source.reads == 1


async def test_the_version_is_looked_at_once_in_every_interval(
    cache, clock: Clock, scope, source, counting
) -> None:
    await cache.get(scope, "key", source.load)
    with counting() as statements:
        for _ in range(10):
            clock.advance(seconds=0.1)
            await cache.get(scope, "key", source.load)

    assert len(statements) == 2
    assert source.reads == 1


async def test_a_change_elsewhere_is_seen_within_the_interval(
    cache, clock: Clock, scope, source, bound
) -> None:
    await cache.get(scope, "key", source.load)
    source.value = "second"
    await bump(ACCESS)

    clock.advance(seconds=0.49)
    assert await cache.get(scope, "key", source.load) == "first"
    clock.advance(seconds=0.01)
    assert await cache.get(scope, "key", source.load) == "second"


async def test_a_change_of_another_kind_drops_nothing(cache, clock: Clock, scope, source, bound) -> None:
    await cache.get(scope, "key", source.load)
    await bump(DEFINITIONS)
    clock.advance(seconds=1)

    await cache.get(scope, "key", source.load)

    assert source.reads == 1


async def test_a_change_here_is_seen_at_once(cache, scope, source, bound) -> None:
    await cache.get(scope, "key", source.load)

    async with cache.change(scope):
        source.value = "second"

    assert await cache.get(scope, "key", source.load) == "second"


async def test_a_change_costs_one_statement_and_is_one_transaction(cache, scope, counting) -> None:
    with counting() as statements:
        async with cache.change(scope):
            assert DB.transaction_exists()

    assert len(statements) == 1


async def test_every_bump_counts(bound) -> None:
    await asyncio.gather(*(bump("counted") for _ in range(20)))

    row = await CacheVersion.select().where(CacheVersion.name == "counted").first()
    assert row["version"] == 20
    assert row["updated_at"] > row["created_at"]


async def test_a_change_that_fails_is_not_counted(cache, scope, source, bound) -> None:
    before = await CacheVersion.select(CacheVersion.version).where(CacheVersion.name == ACCESS).first()

    with pytest.raises(RuntimeError):
        async with cache.change(scope):
            raise RuntimeError

    assert (
        await CacheVersion.select(CacheVersion.version).where(CacheVersion.name == ACCESS).first() == before
    )


async def test_what_was_being_loaded_while_it_changed_is_not_kept(cache, scope, source, bound) -> None:
    async def load_slowly() -> object:
        value = await source.load()
        async with cache.change(scope):
            source.value = "second"
        return value

    assert await cache.get(scope, "key", load_slowly) == "first"
    assert await cache.get(scope, "key", source.load) == "second"


async def test_what_was_being_loaded_while_a_change_elsewhere_was_noticed_is_not_kept(
    cache, clock: Clock, scope, source, bound
) -> None:
    async def load_slowly() -> object:
        value = await source.load()
        source.value = "second"
        await bump(ACCESS)
        clock.advance(seconds=1)
        await cache.get(scope, "another key", source.load)
        return value

    await cache.get(scope, "key", load_slowly)

    assert await cache.get(scope, "key", source.load) == "second"


async def test_nothing_read_in_a_transaction_is_kept(cache, scope, source, bound) -> None:
    await cache.get(scope, "another key", source.load)  # so that the version is known and not due
    with suppress(RolledBack):
        async with DB.transaction():
            source.value = "never committed"
            assert await cache.get(scope, "key", source.load) == "never committed"
            raise RolledBack
    source.value = "first"

    assert await cache.get(scope, "key", source.load) == "first"


async def test_in_a_transaction_what_is_cached_is_served_and_nothing_checked(
    cache, clock: Clock, scope, source, counting
) -> None:
    await cache.get(scope, "key", source.load)
    clock.advance(hours=1)

    with counting() as statements:
        async with DB.transaction():
            await cache.get(scope, "key", source.load)

    assert len(statements) == 0
    assert source.reads == 1


async def test_a_load_that_fails_is_not_kept(cache, scope, source, bound) -> None:
    async def fail() -> object:
        raise LookupError

    with pytest.raises(LookupError):
        await cache.get(scope, "key", fail)

    assert await cache.get(scope, "key", source.load) == "first"


async def test_none_is_kept_like_any_value(cache, scope, bound) -> None:
    source = Source(None)
    await cache.get(scope, "key", source.load)
    await cache.get(scope, "key", source.load)

    assert source.reads == 1


async def test_many_callers_at_once_look_at_the_version_once(
    cache, clock: Clock, scope, source, counting
) -> None:
    await cache.get(scope, "key", source.load)
    clock.advance(seconds=1)

    with counting() as statements:
        await asyncio.gather(*(cache.get(scope, "key", source.load) for _ in range(100)))

    assert len(statements) == 1


async def test_a_caller_that_goes_away_while_looking_does_not_take_the_others_along(
    cache, clock: Clock, scope, source, bound
) -> None:
    await cache.get(scope, "key", source.load)
    clock.advance(seconds=1)
    callers = [asyncio.create_task(cache.get(scope, "key", source.load)) for _ in range(5)]
    await asyncio.sleep(0)
    callers[0].cancel()

    answers = await asyncio.gather(*callers, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == ["first"] * 4


async def test_tenants_do_not_share(cache, scope, bound) -> None:
    other = TenantScope(new_id(), "demo", "Demo")

    assert await cache.get(scope, "key", Source("acme").load) == "acme"
    assert await cache.get(other, "key", Source("demo").load) == "demo"
    cache.forget(other)
    assert await cache.get(scope, "key", Source("changed").load) == "acme"


async def test_no_more_entries_are_kept_than_it_was_made_for(scope, clock: Clock, bound) -> None:
    cache = VersionedCache(ACCESS, 0.5, clock.monotonic, entries=2)
    sources = {key: Source(key) for key in "abc"}

    for key in "aabac":  # b was asked for longest ago when c comes
        await cache.get(scope, key, sources[key].load)
    for key in "acb":
        await cache.get(scope, key, sources[key].load)

    assert {key: source.reads for key, source in sources.items()} == {"a": 1, "b": 2, "c": 1}


async def test_no_more_tenants_are_kept_than_it_was_made_for(clock: Clock, bound) -> None:
    cache = VersionedCache(ACCESS, 0.5, clock.monotonic, tenants=2)
    one, two, three = (TenantScope(new_id(), slug, slug) for slug in ("one", "two", "three"))
    source = Source()

    for scope in (one, two, one, three, one):
        await cache.get(scope, "key", source.load)
    assert source.reads == 3
    await cache.get(two, "key", source.load)
    assert source.reads == 4


async def test_readers_never_go_back_in_time_behind_the_interval(cache, clock: Clock, scope, bound) -> None:
    """Readers, writers elsewhere and time in turn: what is read is as of half a second ago, or later."""
    source, history = Source(0), [(clock.monotonic(), 0)]
    for step in itertools.islice(itertools.cycle("rwrtrrwtttrwwrt"), 90):
        if step == "w":
            source.value += 1
            await bump(ACCESS)
            history.append((clock.monotonic(), source.value))
        elif step == "t":
            clock.advance(seconds=0.2)
        else:
            value = await cache.get(scope, "key", source.load)
            settled = max(version for at, version in history if at <= clock.monotonic() - 0.5 or version == 0)
            assert value >= settled
