"""On a Galera cluster, through two nodes at once: changes of objects, leases, commits that lose, 1047."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from itertools import cycle, islice

import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.effects import watched
from piccolo_engines.errors import Deadlock, ServerNotReady
from piccolo_engines.leases import LeaseStore
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.retrying import retrying
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import NameTaken, ObjectBusy
from tenant_schema.objects.tables import SchemaChange, SchemaLease
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.sign_in.access_tokens import AccessTokens
from tenant_schema.users.sign_in.service import Authentication, SignedIn
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import Session, User
from tests.support.galera import galera_cluster
from tests.support.servers import ServerAddress, ServerMissing
from tests.support.waiting import until
from tests.tenant_schema.objects.changes.worlds import SCOPE, Config, Tenant, migrate, tenant_on
from tests.tenant_schema.users.conftest import PASSWORD, signing_keys
from tests.tenant_schema.users.doubles import RecordingPasswords
from tests.tenant_schema.users.sealing import second_factors

FIELDS = [FieldDraft(name=f"f{number}", label="F", type="text", indexed=True) for number in range(4)]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Sequence[ServerAddress]]:
    """Two nodes; skipped with a loud line without Galera, which CI must have."""
    try:
        with galera_cluster() as addresses:
            yield addresses
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have Galera: {missing}")
        pytest.skip(f"NOT TESTED ON GALERA: {missing}")


@pytest.fixture(scope="module")
def configs(nodes: Sequence[ServerAddress]) -> list[Config]:
    """A tenant's database, through each node."""
    asyncio.run(MySQLEngine(nodes[0].config).run_ddl("CREATE DATABASE tenant CHARACTER SET utf8mb4"))
    found = [{**one.config, "database": "tenant"} for one in nodes]
    asyncio.run(migrate(found[0]))
    return found


@pytest.fixture
async def engines(configs: list[Config]) -> AsyncIterator[list[MySQLEngine]]:
    found = [MySQLEngine(config, PoolSettings(max_size=8)) for config in configs]
    yield found
    for one in found:
        await one.close()


async def add(config: Config, name: str, draft: FieldDraft) -> str:
    """Add a field through a node: how it ended."""
    async with tenant_on(config) as tenant:
        try:
            await tenant.add_field(name, draft)
        except (ObjectBusy, NameTaken) as error:
            return error.code
        return "added"


async def settled(tenant: Tenant) -> None:
    states = {row["state"] for row in await SchemaChange.select(SchemaChange.state)}
    assert states <= {"done", "undone"}
    assert await tenant.drift() == []
    assert not await SchemaLease.exists()


@pytest.mark.parametrize("is_same", [False, True])
async def test_two_additions_at_once_through_two_nodes_are_both_done_or_one_is_refused(
    configs: list[Config], is_same: bool
) -> None:
    name = f"things_{int(is_same)}"
    async with tenant_on(configs[0]) as tenant:
        await tenant.create(ObjectDraft(name=name, label="Thing", plural_label="Things"))
        drafts = [FIELDS[0]] * 4 if is_same else FIELDS
        outcomes = await asyncio.gather(
            *(add(config, name, draft) for config, draft in zip(cycle(configs), drafts, strict=False))
        )
        tenant.catalog.forget(SCOPE)
        added = {one.name for one in FIELDS} & set((await tenant.model(name)).fields)
        assert outcomes.count("added") == len(added) >= 1
        assert len(added) == 1 if is_same else set(outcomes) <= {"added", "object-busy"}
        await settled(tenant)


async def test_a_change_under_way_through_one_node_is_left_alone_by_the_other(configs: list[Config]) -> None:
    async with tenant_on(configs[0]) as tenant:
        seen: list[object] = []

        async def look() -> None:
            engine = MySQLEngine(configs[1])
            with DB.bind(engine):
                begun = SchemaChange.exists().where(SchemaChange.state == "begun")
                seen.append(await until(begun.run))  # until this node has applied what the other has begun
                seen.append(await Recovery()())
            await engine.close()

        def at(point: str) -> None:
            if point == "begun":
                thread = threading.Thread(target=lambda: asyncio.run(look()))
                thread.start()
                thread.join()

        tenant.at = at
        await tenant.create(
            ObjectDraft(name="watched", label="Thing", plural_label="Things", fields=FIELDS[:1])
        )
        assert seen == [True, False]
        tenant.at = lambda _point: None
        await settled(tenant)


async def test_of_two_nodes_that_take_a_lease_at_once_one_gets_it(engines: list[MySQLEngine]) -> None:
    leases = LeaseStore(SchemaLease, duration=timedelta(seconds=30))

    async def take(engine: MySQLEngine) -> object:
        with DB.bind(engine):
            return await leases.take(SchemaLease(name="test"))

    for _ in range(5):
        taken = await asyncio.gather(*(take(one) for one in islice(cycle(engines), 6)))
        (lease,) = [one for one in taken if one is not None]
        with DB.bind(engines[0]):
            await leases.release(lease)  # type: ignore[arg-type]  # it is one


async def test_the_commit_that_loses_is_a_deadlock_and_the_unit_is_done_again(
    engines: list[MySQLEngine],
) -> None:
    await engines[0].run_ddl("CREATE TABLE counters (id INT PRIMARY KEY, n INT)")
    await engines[0].run_querystring(QueryString("INSERT INTO counters VALUES (1, 0)"))
    lost = 0

    async def count(engine: MySQLEngine) -> None:
        async def unit() -> None:
            nonlocal lost
            with watched() as effects:
                try:
                    async with engine.transaction():
                        await engine.run_querystring(
                            QueryString("UPDATE counters SET n = n + 1 WHERE id = 1")
                        )
                except Deadlock:
                    assert not effects.possible
                    lost += 1
                    raise

        for _ in range(10):
            await retrying(unit, attempts=20)

    await asyncio.gather(*(count(one) for one in islice(cycle(engines), 4)))

    async def all_are_applied() -> bool:
        rows = await engines[0].run_querystring(QueryString("SELECT n AS n FROM counters"))
        return int(rows[0]["n"]) == 40

    await until(all_are_applied)  # a node applies later what was committed on the other
    assert lost > 0


async def test_a_node_that_takes_no_statements_is_told_apart_and_nothing_has_happened(
    nodes: Sequence[ServerAddress], engines: list[MySQLEngine]
) -> None:
    root = MySQLEngine(nodes[1].config, PoolSettings(max_size=1))
    await root.run_querystring(QueryString("SELECT 1 AS one"))
    await root.run_ddl("SET GLOBAL wsrep_reject_queries = ALL")
    try:
        with watched() as effects, pytest.raises(ServerNotReady):
            await engines[1].run_querystring(QueryString("UPDATE users SET name = 'x'"))
        assert not effects.possible
    finally:
        await root.run_ddl("SET GLOBAL wsrep_reject_queries = NONE")
        await root.close()


async def test_what_was_written_is_read_from_another_node_whose_sessions_wait_for_it(
    configs: list[Config], engines: list[MySQLEngine]
) -> None:
    waits = {"init_command": "SET SESSION wsrep_sync_wait = 1"}
    other = MySQLEngine({**configs[1], **waits}, PoolSettings(max_size=1))
    engine = MySQLEngine(configs[0], extra_nodes={"other": other})
    await engine.run_ddl("CREATE TABLE written (id INT PRIMARY KEY)")
    with DB.bind(engine):
        for number in range(100):
            await DB.run_querystring(QueryString("INSERT INTO written VALUES ({})", number))
            count = User.raw("SELECT COUNT(*) AS n FROM written")
            assert await count.run(node="other") == [{"n": number + 1}]
    await engine.close()
    await other.close()


async def test_one_refresh_token_used_through_two_nodes_at_once_gets_a_pair_each(
    engines: list[MySQLEngine],
) -> None:
    cache = VersionedCache(ACCESS)
    auth = Authentication(
        passwords=RecordingPasswords(),
        tokens=AccessTokens(signing_keys),
        throttle=Throttle(),
        cache=cache,
        factors=second_factors(Throttle()),
    )
    with DB.bind(engines[0]):
        await User(email="tabs@acme.example", password_hash=f"hash of {PASSWORD}").save()
        signed_in = await auth.sign_in(SCOPE, "tabs@acme.example", PASSWORD)

    async def refresh(engine: MySQLEngine) -> SignedIn:
        with DB.bind(engine):
            return await auth.refresh(SCOPE, signed_in.refresh_token)

    with DB.bind(engines[1]):
        await until(lambda: Session.exists().run())  # until the other node has applied the sign-in
    pairs = await asyncio.gather(*(refresh(one) for one in islice(cycle(engines), 20)))
    assert len({one.refresh_token for one in pairs}) == 20
    with DB.bind(engines[0]):
        assert not await Session.exists().where(Session.ended_at <= utc_now())
