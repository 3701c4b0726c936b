"""The resolver: one statement at most when it is cold, none when it is warm, and never stale for long."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import CENTRAL
from central.errors import InvalidHost, TenantNotFound
from central.hostnames import parse_host
from central.registry import Registry, TenantRef
from central.tables import TenantStatus
from central.tenancy.resolver import Central, Resolver, Unknown
from piccolo_engines.errors import DatabaseError
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.conftest import ON_SQLITE
from tests.central.rows import Clock, make_tenant, statements_of
from tests.support.registries import SEALS, new_registry

pytestmark = pytest.mark.usefixtures("central")

BASES = ("example.com", "localhost")
CACHE_SECONDS = 0.5


@pytest.fixture
def registry() -> Registry:
    return new_registry()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resolver(registry: Registry, clock: Clock) -> Resolver:
    return Resolver(registry, BASES, cache_seconds=CACHE_SECONDS, clock=clock)


@pytest.fixture
def elsewhere() -> Registry:
    """The registry of another process: nobody here is told of what it changes."""
    return new_registry()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "example.com"])
async def test_central_hosts_are_known_without_asking(
    resolver: Resolver, central: SQLiteEngine, host: str
) -> None:
    with statements_of(central) as statements:
        assert await resolver.resolve(host) == Central()
    assert statements == []


async def test_a_tenant_is_found_by_each_of_its_domains(resolver: Resolver, registry: Registry) -> None:
    ref = await make_tenant(registry)
    await registry.add_domain(ref.id, "crm.acme.org")
    assert await resolver.resolve("acme.localhost") == ref
    assert await resolver.resolve("crm.acme.org") == ref


@pytest.mark.parametrize("status", list(TenantStatus))
async def test_a_tenant_is_found_whatever_its_status(
    resolver: Resolver, registry: Registry, status: TenantStatus
) -> None:
    ref = await make_tenant(registry, status=status)
    found = await resolver.resolve("acme.localhost")
    assert isinstance(found, TenantRef)
    assert found.status is status
    assert found == ref


async def test_a_name_that_is_nobodys_is_unknown(resolver: Resolver) -> None:
    assert await resolver.resolve("nobody.localhost") == Unknown()
    assert await resolver.resolve("crm.acme.org") == Unknown()


@pytest.mark.parametrize(
    "host", ["a.b.localhost", "x" * 41 + ".example.com", "intranet", "192.168.1.1", "2001:db8::1", "-"]
)
async def test_names_that_nobody_can_have_are_unknown_without_asking(
    resolver: Resolver, central: SQLiteEngine, host: str
) -> None:
    with statements_of(central) as statements:
        assert await resolver.resolve(host) == Unknown()
    assert statements == []


async def test_a_name_given_away_before_it_was_reserved_is_still_found(
    resolver: Resolver, registry: Registry
) -> None:
    ref = await make_tenant(registry)
    await registry.add_domain(ref.id, "www.localhost")
    assert await resolver.resolve("www.localhost") == ref


async def test_warm_names_cost_no_statement(
    resolver: Resolver, registry: Registry, central: SQLiteEngine
) -> None:
    ref = await make_tenant(registry)
    await resolver.resolve("acme.localhost")
    await resolver.resolve("nobody.localhost")
    with statements_of(central) as statements:
        for _ in range(100):
            assert await resolver.resolve("acme.localhost") == ref
            assert await resolver.resolve("nobody.localhost") == Unknown()
    assert statements == []


async def test_a_cold_name_costs_one_statement_which_brings_the_version(
    resolver: Resolver, registry: Registry, elsewhere: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    acme, demo = await make_tenant(registry), await make_tenant(registry, "demo")
    with statements_of(central) as statements:
        assert await resolver.resolve("acme.localhost") == acme
        assert resolver.known("acme.localhost") == acme
        clock.seconds += CACHE_SECONDS
        assert await resolver.resolve("demo.localhost") == demo
        assert await resolver.resolve("globex.localhost") == Unknown()
        assert resolver.known("acme.localhost") == acme
        assert len(statements) == 3
    renamed = (await elsewhere.rename(acme.id, "New")).ref
    globex = await make_tenant(elsewhere, "globex")
    clock.seconds += CACHE_SECONDS
    assert resolver.known("acme.localhost") is None
    assert await resolver.resolve("acme.localhost") == renamed
    assert await resolver.resolve("globex.localhost") == globex


async def test_the_version_is_asked_for_on_demand_and_not_too_often(
    resolver: Resolver, registry: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    await make_tenant(registry)
    await resolver.resolve("acme.localhost")
    with statements_of(central) as statements:
        clock.seconds += CACHE_SECONDS - 0.01
        await resolver.resolve("acme.localhost")
        assert statements == []
        clock.seconds += 0.01
        await asyncio.gather(*(resolver.resolve("acme.localhost") for _ in range(100)))
    (statement,) = statements
    assert "registry_version" in statement


async def test_a_known_tenant_is_at_hand_until_it_changes_or_the_version_is_due(
    resolver: Resolver, registry: Registry, elsewhere: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    ref = await make_tenant(registry)
    assert resolver.known("acme.localhost") is None
    for host in ("acme.localhost", "nobody.localhost", "localhost"):
        await resolver.resolve(host)
    with statements_of(central) as statements:
        assert resolver.known("acme.localhost") == ref
        assert [resolver.known(host) for host in ("nobody.localhost", "localhost", str(ref.id))] == [None] * 3
    assert statements == []
    await registry.set_status(ref.id, TenantStatus.SUSPENDED, expected={TenantStatus.ACTIVE})
    assert resolver.known("acme.localhost") is None
    await resolver.resolve("acme.localhost")
    await elsewhere.set_status(ref.id, TenantStatus.ACTIVE, expected={TenantStatus.SUSPENDED})
    clock.seconds += CACHE_SECONDS - 0.01
    known = resolver.known("acme.localhost")
    assert known is not None
    assert known.status is TenantStatus.SUSPENDED
    clock.seconds += 0.01
    assert resolver.known("acme.localhost") is None
    assert await resolver.resolve("acme.localhost") == resolver.known("acme.localhost") == ref


async def test_a_change_here_counts_at_once(resolver: Resolver, registry: Registry) -> None:
    ref = await make_tenant(registry)
    assert await resolver.resolve("crm.acme.org") == Unknown()
    assert await resolver.resolve("acme.localhost") == ref

    suspended = await registry.set_status(ref.id, TenantStatus.SUSPENDED, expected={TenantStatus.ACTIVE})
    assert await resolver.resolve("acme.localhost") == suspended
    renamed = (await registry.rename(ref.id, "New")).ref
    assert await resolver.resolve("acme.localhost") == renamed
    await registry.add_domain(ref.id, "crm.acme.org")
    assert await resolver.resolve("crm.acme.org") == renamed
    await registry.remove_domain(ref.id, "crm.acme.org")
    assert await resolver.resolve("crm.acme.org") == Unknown()
    await registry.remove(ref.id)
    assert await resolver.resolve("acme.localhost") == Unknown()


async def test_a_change_elsewhere_counts_after_cache_seconds(
    resolver: Resolver, registry: Registry, elsewhere: Registry, clock: Clock
) -> None:
    ref = await make_tenant(registry)
    assert await resolver.resolve("acme.localhost") == ref
    assert await resolver.resolve("demo.localhost") == Unknown()
    suspended = await elsewhere.set_status(ref.id, TenantStatus.SUSPENDED, expected={TenantStatus.ACTIVE})
    demo = await make_tenant(elsewhere, "demo")

    clock.seconds += CACHE_SECONDS - 0.01
    assert await resolver.resolve("acme.localhost") == ref
    clock.seconds += 0.01
    assert await resolver.resolve("acme.localhost") == suspended
    assert await resolver.resolve("demo.localhost") == demo

    await elsewhere.remove(demo.id)
    clock.seconds += CACHE_SECONDS
    assert await resolver.resolve("demo.localhost") == Unknown()


async def test_an_unchanged_registry_keeps_the_cache(
    resolver: Resolver, registry: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    await make_tenant(registry)
    await resolver.resolve("acme.localhost")
    with statements_of(central) as statements:
        for _ in range(5):
            clock.seconds += 1
            await resolver.resolve("acme.localhost")
    assert len(statements) == 5


class _PausedRegistry(Registry):
    """Gives out what it read only when it is let go on, so that a change can come in between."""

    def __init__(self) -> None:
        super().__init__(SEALS)
        self.has_read, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def by_domain_with_version(self, domain: str) -> tuple[TenantRef, int]:
        try:
            return await super().by_domain_with_version(domain)
        finally:
            self.has_read.set()
            await self.may_go_on.wait()


@pytest.mark.parametrize("is_told", [True, False], ids=["here", "elsewhere"])
async def test_what_was_read_before_a_change_is_not_kept_after_it(
    elsewhere: Registry, clock: Clock, is_told: bool
) -> None:
    registry = _PausedRegistry()
    resolver = Resolver(registry, BASES, cache_seconds=CACHE_SECONDS, clock=clock)
    ref = await make_tenant(elsewhere)
    late = asyncio.create_task(resolver.resolve("acme.localhost"))
    await registry.has_read.wait()

    await (registry if is_told else elsewhere).rename(ref.id, "New")
    if not is_told:  # noticed through another name's look-up
        clock.seconds += CACHE_SECONDS
        await resolver.resolve_key("nobody")
    registry.may_go_on.set()
    assert (await late) == ref
    found = await resolver.resolve("acme.localhost")
    assert isinstance(found, TenantRef)
    assert found.name == "New"


async def test_both_caches_are_bounded_and_do_not_displace_each_other(
    registry: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    resolver = Resolver(registry, BASES, capacity=10, clock=clock)
    await make_tenant(registry)
    await resolver.resolve("acme.localhost")
    for number in range(1000):
        await resolver.resolve(f"nobody{number}.localhost")
    with statements_of(central) as statements:
        await resolver.resolve("acme.localhost")
        await resolver.resolve("nobody999.localhost")
        assert statements == []
        await resolver.resolve("nobody0.localhost")
        assert len(statements) == 1
    assert len(resolver._nobodies) == 10


async def test_the_tenant_that_was_not_asked_for_the_longest_time_is_dropped_first(
    registry: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    resolver = Resolver(registry, BASES, capacity=2, clock=clock)
    for slug in ("a", "b", "c"):
        await make_tenant(registry, slug)
    for slug in ("a", "b", "a", "c"):
        await resolver.resolve(f"{slug}.localhost")
    with statements_of(central) as statements:
        await resolver.resolve("a.localhost")
        await resolver.resolve("c.localhost")
        assert statements == []
        await resolver.resolve("b.localhost")
        assert statements != []


async def test_a_cancelled_request_does_not_take_the_answer_from_the_others(
    resolver: Resolver, registry: Registry
) -> None:
    ref = await make_tenant(registry)
    waiting = [asyncio.create_task(resolver.resolve("acme.localhost")) for _ in range(10)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [ref] * 9


async def test_a_dead_central_database_is_reported_and_its_return_is_noticed(
    registry: Registry, tmp_path: Path, central: SQLiteEngine, clock: Clock
) -> None:
    ref = await make_tenant(registry)
    resolver = Resolver(registry, BASES, clock=clock)
    dead = SQLiteEngine(tmp_path / "missing" / "central.sqlite", create=False)
    with CENTRAL.bind(dead):
        for host in ("acme.localhost", "nobody.localhost"):
            with pytest.raises(DatabaseError):
                await resolver.resolve(host)
        assert await resolver.resolve("localhost") == Central()
    await dead.close()
    assert await resolver.resolve("acme.localhost") == ref


@ON_SQLITE
async def test_a_database_that_dies_is_not_hidden_by_the_cache_for_longer_than_cache_seconds(
    resolver: Resolver, registry: Registry, central: SQLiteEngine, clock: Clock
) -> None:
    ref = await make_tenant(registry)
    await resolver.resolve("acme.localhost")
    await central.close()
    assert await resolver.resolve("acme.localhost") == ref
    clock.seconds += CACHE_SECONDS
    with pytest.raises(DatabaseError):
        await resolver.resolve("acme.localhost")


async def test_a_key_is_an_id_or_a_slug(
    resolver: Resolver, registry: Registry, central: SQLiteEngine
) -> None:
    ref = await make_tenant(registry)
    for key in ("acme", str(ref.id), str(ref.id).upper()):
        assert await resolver.resolve_key(key) == ref
    with statements_of(central) as statements:
        assert await resolver.resolve_key("acme") == await resolver.resolve_key(str(ref.id)) == ref
    assert statements == []


@pytest.mark.parametrize(
    "key", ["", "nobody", "acme.localhost", "Acme", "' OR 1=1", "\0", "0" * 36, str(Path("/"))]
)
async def test_a_key_of_nobody_is_unknown(resolver: Resolver, registry: Registry, key: str) -> None:
    await make_tenant(registry)
    assert await resolver.resolve_key(key) == Unknown()


async def test_a_host_and_a_key_that_read_the_same_are_not_mixed_up(
    resolver: Resolver, registry: Registry
) -> None:
    acme, demo = await make_tenant(registry, "acme"), await make_tenant(registry, "demo")
    await registry.add_domain(demo.id, "id.acme")
    assert await resolver.resolve_key("acme") == acme
    assert await resolver.resolve("id.acme") == demo


class _EmptyRegistry(Registry):
    """Has no tenants, and needs no database to know that."""

    async def version(self) -> int:
        return 0

    async def by_domain_with_version(self, domain: str) -> tuple[TenantRef, int]:
        raise TenantNotFound(domain)


@given(st.text(max_size=60) | st.from_regex(r"[a-z.-]{1,20}\.localhost(:[0-9]{1,5})?", fullmatch=True))
def test_every_header_is_invalid_or_resolved(header: str) -> None:
    with suppress(InvalidHost):
        host = parse_host(header)
        found = asyncio.run(Resolver(_EmptyRegistry(SEALS), BASES).resolve(host))
        assert found == (Central() if host in {*BASES, "127.0.0.1", "::1"} else Unknown())
