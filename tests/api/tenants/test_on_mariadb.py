"""What only tenants on a database server have: logins of their own, a choice of server, its own counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.app import Freehold
from api.composition import compose
from central.connections.engine import BudgetedEngine
from central.database import CENTRAL
from central.registry import TenantRef
from central.servers import Login
from central.servers.mysql import MySQLServer
from central.settings.settings import Settings
from piccolo_engines.errors import AccessDenied, ConnectionLost, DatabaseMissing
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.api.conftest import CHEAP, ON_MARIADB, Warm, World, world_of
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem
from tests.conftest import ask, databases, users
from tests.support.connected import connections_of, until_one_runs, until_there_are_none

pytestmark = ON_MARIADB
TENANTS = "/setup/tenants"


@pytest.fixture
async def root(settings: Settings) -> AsyncIterator[MySQLEngine]:
    """The administrator of the server."""
    config = {"host": settings.db_host, "port": settings.db_port}
    login = {"user": settings.db_root_user, "password": settings.db_root_password}
    root = MySQLEngine(config | login, PoolSettings(max_size=1))
    yield root
    await root.close()


async def make_nova(world: World, **more: object) -> Any:
    return await world.operator().post(
        TENANTS, json={"name": "Nova", "slug": "nova", "primaryDomain": "nova", **more}
    )


def as_tenant(world: World, made: dict[str, Any], database: str) -> MySQLEngine:
    """With the login that the answer told."""
    address = {"host": world.platform.settings.db_host, "port": world.platform.settings.db_port}
    login = {"user": made["dbUsername"], "password": made["dbPassword"]}
    return MySQLEngine(address | login | {"database": database})


async def test_the_login_is_told_once_works_in_its_own_database_and_in_no_other(world: World) -> None:
    prefix = world.platform.settings.db_prefix
    key = {"Idempotency-Key": "make-nova"}
    body = {"name": "Nova", "slug": "nova", "primaryDomain": "nova"}
    made = (await world.operator().post(TENANTS, json=body, headers=key)).json()
    assert (made["dbName"], made["dbUsername"]) == (f"{prefix}nova", f"{prefix}nova_user")
    assert len(made["dbPassword"]) == 32
    own = as_tenant(world, made, made["dbName"])
    assert await ask(own, "SELECT COUNT(*) AS n FROM accounts") == [{"n": 0}]
    for other in (f"{prefix}acme", f"{prefix}central", "mysql"):
        with pytest.raises((AccessDenied, DatabaseMissing)):
            await as_tenant(world, made, other).run_ddl("SELECT 1")
    again = (await world.operator().post(TENANTS, json=body, headers=key)).json()
    assert (again["dbUsername"], again["dbPassword"]) == (made["dbUsername"], None)
    shown = (await world.operator().get(f"{TENANTS}/{made['tenantId']}")).text
    assert made["dbPassword"] not in shown


async def test_the_password_is_nowhere_in_the_central_database(world: World, root: MySQLEngine) -> None:
    made = (await make_nova(world)).json()
    central = f"{world.platform.settings.db_prefix}central"
    rows = await ask(root, f'SELECT * FROM "{central}".credential')  # noqa: S608 # ours
    assert made["dbPassword"] not in str(rows)
    assert made["dbUsername"] in str(rows)


def password_of(tenant_id: str) -> str:
    return f"{TENANTS}/{tenant_id}/database-password"


async def test_a_new_database_password_is_told_once_and_no_request_meets_the_change(
    settings: Settings, warm: Warm, root: MySQLEngine
) -> None:
    """Two processes, with connections opened all the while: every one is closed after its statement."""
    short = replace(settings, db_idle_seconds=0.001)
    second = replace(warm, app=Freehold())
    async with world_of(short, warm) as world, world_of(short, second) as other:
        made = (await make_nova(world)).json()
        statuses: set[int] = set()

        async def requests(client: Any) -> None:
            while not is_over.is_set():
                statuses.add((await client.get(ACCOUNTS)).status_code)
                await asyncio.sleep(0.002)

        is_over = asyncio.Event()
        admin = made["admin"]
        token = (await world.client("nova.localhost").post("/api/v1/auth/login", json=admin)).json()
        readers = [one.client("nova.localhost", token["accessToken"]) for one in (world, other)]
        at_work = [asyncio.create_task(requests(client)) for client in readers * 2]
        known = {made["dbPassword"]}
        try:
            for _ in range(5):
                answer = await world.operator().post(password_of(made["tenantId"]))
                assert answer.status_code == 200, answer.text
                assert answer.headers["cache-control"] == "no-store"
                assert answer.json()["dbUsername"] == made["dbUsername"]
                known.add(answer.json()["dbPassword"])
                await asyncio.sleep(0.05)
        finally:
            is_over.set()
            await asyncio.gather(*at_work)
        assert (len(known), statuses) == (6, {200})
        with pytest.raises(AccessDenied):
            await as_tenant(world, made, made["dbName"]).run_ddl("SELECT 1")
        await as_tenant(world, made | answer.json(), made["dbName"]).run_ddl("SELECT 1")
        shown = (await world.operator().get(f"{TENANTS}/{made['tenantId']}")).text
        assert not any(password in shown for password in known)


async def test_open_connections_end_with_the_old_password_when_that_is_asked_for(
    world: World, root: MySQLEngine
) -> None:
    made = (await make_nova(world)).json()
    for query, lives in {"": True, "?endConnections=false": True, "?endConnections=true": False}.items():
        engine = as_tenant(world, made, made["dbName"])
        session = await engine.get_new_connection()
        made |= (await world.operator().post(password_of(made["tenantId"]) + query)).json()
        if lives:
            await session.send("SELECT 1")
            await session.leave()
        else:
            with pytest.raises(ConnectionLost):
                await session.send("SELECT 1")
            session.kill()
    answer = await world.operator().post(password_of(made["tenantId"]) + "?endConections=true")
    assert_problem(answer, "invalid-query")


async def test_what_somebody_did_to_the_user_by_hand_is_mended_by_a_new_password(
    world: World, root: MySQLEngine
) -> None:
    made, client = (await make_nova(world)).json(), world.client("nova.localhost")
    user, sign_in = f"'{made['dbUsername']}'@'%'", made["admin"]
    for by_hand in (
        f"ALTER USER {user} IDENTIFIED BY 'by-hand-Zx1_'",
        f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {user}",
        f"DROP USER {user}",
    ):
        await root.run_ddl(by_hand)
        with CENTRAL.bind(world.platform.central_engine):
            await world.platform.servers.default.end_connections(made["dbUsername"])
        refused = await client.post("/api/v1/auth/login", json=sign_in)
        assert refused.status_code == 503
        assert_problem(refused, "database-unavailable")
        assert made["dbUsername"] not in refused.text
        changed = await world.operator().post(password_of(made["tenantId"]))
        assert changed.status_code == 200, changed.text
        assert (await client.post("/api/v1/auth/login", json=sign_in)).status_code == 200


@pytest.mark.parametrize(
    "named", [{"dbHost": "169.254.169.254"}, {"dbHost": "localhost"}, {"dbHost": "127.0.0.1", "dbPort": 22}]
)
async def test_a_server_that_is_not_allowed_is_422_and_nothing_is_made(
    world: World, root: MySQLEngine, named: dict[str, Any]
) -> None:
    prefix = world.platform.settings.db_prefix
    before = await databases(root, prefix), await users(root, prefix)
    answer = await make_nova(world, **named)
    assert answer.status_code == 422
    assert [one["field"] for one in assert_problem(answer, "unknown-database-server")["errors"]] == ["dbHost"]
    assert (await databases(root, prefix), await users(root, prefix)) == before
    assert (await make_nova(world)).status_code == 201


async def test_a_server_may_be_named_that_is_the_default_one_or_in_the_list(world: World) -> None:
    settings = world.platform.settings
    made = await make_nova(world, dbHost=settings.db_host, dbPort=settings.db_port)
    assert made.status_code == 201, made.text
    record = await world.operator().get(f"{TENANTS}/{made.json()['tenantId']}")
    assert record.json()["dbServer"] == f"{settings.db_host}:{settings.db_port}"


async def test_tenants_on_sqlite_and_on_a_server_live_side_by_side(settings: Settings, warm: Warm) -> None:
    """An installation that began on SQLite and was given a server that requests may name."""
    other = replace(settings, db_host=None, db_hosts=(f"{settings.db_host}:{settings.db_port}",))
    async with world_of(other, warm) as world:
        on_sqlite = (await make_nova(world)).json()
        assert (on_sqlite["dbUsername"], on_sqlite["dbPassword"]) == (None, None)
        assert list((settings.data_dir / "tenants").glob("*nova.sqlite"))
        for slug in ("acme", "nova"):
            assert (await world.client(f"{slug}.localhost").get("/api/v1/tenant")).json()["slug"] == slug
        account = await make(world)
        assert (await (await world.user()).get(f"{ACCOUNTS}/{account['id']}")).status_code == 200
        admin = on_sqlite["admin"]
        nova = world.client("nova.localhost")
        token = (await nova.post("/api/v1/auth/login", json=admin)).json()["accessToken"]
        listed = await world.client("nova.localhost", token).get(ACCOUNTS)
        assert listed.json()["data"] == []


async def test_hyphens_of_a_slug_stay_in_the_names_and_one_tenant_s_user_reaches_no_other(
    world: World,
) -> None:
    """``company_slug`` would be another name, and ``_`` in a GRANT is a pattern."""
    prefix = world.platform.settings.db_prefix
    body = {"name": "Company", "slug": "company-slug", "primaryDomain": "company-slug"}
    made = (await world.operator().post(TENANTS, json=body)).json()
    names = (f"{prefix}company-slug", f"{prefix}company-slug_user")
    assert (made["dbName"], made["dbUsername"]) == names
    assert await ask(as_tenant(world, made, made["dbName"]), "SELECT COUNT(*) AS n FROM accounts") == [
        {"n": 0}
    ]
    client = world.client("company-slug.localhost")
    signed_in = await client.post("/api/v1/auth/login", json=made["admin"])
    client = world.client("company-slug.localhost", signed_in.json()["accessToken"])
    assert (await client.post("/api/v1/objects", json={"name": "tickets", "fields": []})).status_code == 201
    assert (await client.post("/api/v1/data/tickets", json={})).status_code == 201
    tenant = f"{TENANTS}/{made['tenantId']}"
    changed = (await world.operator().post(f"{tenant}/database-password")).json()
    assert changed["dbUsername"] == made["dbUsername"]
    assert (await client.get("/api/v1/data/tickets")).status_code == 200
    assert (await world.operator().delete(tenant)).status_code == 200


@pytest.mark.parametrize("what", ["database", "user"])
async def test_a_database_or_user_of_the_name_that_is_there_already_is_409_and_left_as_it_is(
    world: World, root: MySQLEngine, what: str
) -> None:
    prefix = world.platform.settings.db_prefix
    there = f'DATABASE "{prefix}nova"' if what == "database" else f"USER '{prefix}nova_user'@'%'"
    await root.run_ddl(f"CREATE {there}")
    before = await databases(root, prefix), await users(root, prefix)
    refused = await make_nova(world)
    assert refused.status_code == 409
    code = "database-exists" if what == "database" else "database-user-exists"
    problem = assert_problem(refused, code)
    assert [one["field"] for one in problem["errors"]] == ["slug"]
    assert "left as it is" in problem["errors"][0]["message"]
    assert (await databases(root, prefix), await users(root, prefix)) == before
    await root.run_ddl(f"DROP {there}")
    assert (await make_nova(world)).status_code == 201


async def test_after_another_prefix_was_set_passwords_are_changed_and_tenants_deleted_with_their_users(
    world: World, root: MySQLEngine
) -> None:
    prefix = world.platform.settings.db_prefix
    before = await databases(root, prefix), await users(root, prefix)
    made = (await make_nova(world)).json()
    tenant = f"{TENANTS}/{made['tenantId']}"
    renamed = compose(replace(world.platform.settings, db_prefix=f"{prefix}0"), hashing=CHEAP)
    try:
        with CENTRAL.bind(renamed.central_engine):
            login = await renamed.provisioning.change_password(UUID(made["tenantId"]))
        assert login.username == made["dbUsername"]
        own = as_tenant(world, {**made, "dbPassword": login.password()}, made["dbName"])
        assert await ask(own, "SELECT COUNT(*) AS n FROM accounts") == [{"n": 0}]
        assert (await world.operator().get(tenant)).status_code == 200
        with CENTRAL.bind(renamed.central_engine):
            await renamed.provisioning.delete(UUID(made["tenantId"]))
        assert (await databases(root, prefix), await users(root, prefix)) == before
    finally:
        await renamed.close()


async def ids_of(root: MySQLEngine, tenant: TenantRef) -> set[int]:
    return {one.id for one in await connections_of(root, f"{tenant.db_name}_user")}


@pytest.mark.parametrize("force", [False, True])
async def test_a_disconnected_tenant_s_connections_end_and_the_next_request_opens_them_as_stored(
    world: World, root: MySQLEngine, force: bool
) -> None:
    client = await world.user()
    assert (await client.get(ACCOUNTS)).status_code == 200
    acme = await world.tenant("acme")
    before = await ids_of(root, acme)
    assert before
    path = f"{TENANTS}/{acme.id}/disconnect?force={str(force).lower()}"
    answer = await world.operator().post(path)
    assert (answer.status_code, answer.json()) == (200, {"closed": len(before)})
    await until_there_are_none(root, f"{acme.db_name}_user")
    assert (await client.get(ACCOUNTS)).status_code == 200
    assert not before & await ids_of(root, acme)


async def test_a_forced_disconnect_ends_what_runs_and_another_waits_for_it(
    world: World, root: MySQLEngine
) -> None:
    acme = await world.tenant("acme")
    path = f"{TENANTS}/{acme.id}/disconnect"
    for query, outcome in (("", None), ("?force=true", ConnectionLost)):
        stack = AsyncExitStack()
        tenant = await world.tenant("acme")
        with CENTRAL.bind(world.platform.central_engine):
            engine = await stack.enter_async_context(world.platform.engines.lease(tenant))
        async with stack:
            running = asyncio.create_task(ask(engine, f"SELECT SLEEP({600 if outcome else 0.4}) AS n"))
            await until_one_runs(root, f"{acme.db_name}_user")
            assert (await world.operator().post(path + query)).json()["closed"] >= 1
            (result,) = await asyncio.gather(running, return_exceptions=True)
        assert type(result) is outcome or (outcome is None and result == [{"n": 0}]), result


async def test_deleting_leaves_no_database_no_user_and_no_connection(world: World, root: MySQLEngine) -> None:
    prefix = world.platform.settings.db_prefix
    before = await databases(root, prefix), await users(root, prefix)
    made = (await make_nova(world)).json()
    await world.client("nova.localhost").get("/api/v1/tenant")
    assert (await world.operator().delete(f"{TENANTS}/{made['tenantId']}")).status_code == 200
    assert (await databases(root, prefix), await users(root, prefix)) == before
    await until_there_are_none(root, made["dbUsername"])


async def test_a_missing_tenant_database_is_503_and_stays_missing(world: World, root: MySQLEngine) -> None:
    name, client = f"{world.platform.settings.db_prefix}acme", await world.user()
    await world.platform.servers.default.drop_database(name)
    answer = await client.get(ACCOUNTS)
    assert answer.status_code == 503
    assert_problem(answer, "database-unavailable")
    assert name not in answer.text
    assert name not in await databases(root, name)


async def test_past_the_budget_a_request_is_503_with_retry_after(settings: Settings, warm: Warm) -> None:
    async with world_of(replace(settings, db_connections=1, db_wait_seconds=3), warm) as world:
        demo = await world.user(slug="demo")
        acme = await world.tenant("acme")
        with CENTRAL.bind(world.platform.central_engine):
            async with world.platform.tenancy.use(acme) as engine, engine.transaction():
                await engine.run_ddl("SELECT 1")
                answer = await demo.get(ACCOUNTS)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert_problem(answer, "database-unavailable")
        assert (await demo.get(ACCOUNTS)).status_code == 200
        told = (await world.client("localhost").get("/metrics")).text
        server = f'{{server="{settings.db_host}:{settings.db_port}"}}'
        for line in ("budget{} 1", "in_use{} 0", "timeouts_total{} 1"):
            assert f"freehold_connections_{line.replace('{}', server)}" in told.splitlines()


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", f"{ACCOUNTS}/{{account}}", 1),
        ("GET", f"{ACCOUNTS}?filter[industry]=technology&sort=-annual_revenue,name&limit=50", 1),
        ("POST", ACCOUNTS, 1),  # its words, and the transaction around both: one compound statement
        ("PATCH", f"{ACCOUNTS}/{{account}}", 3),  # the beginning, a lock, then all writes as one statement
        ("GET", "/api/v1/auth/me", 0),
    ],
)
async def test_a_warm_request_costs_this_many_statements_by_the_server_s_own_count(
    world: World, root: MySQLEngine, method: str, path: str, sent: int
) -> None:
    client, record = await world.user(), await make(world)

    async def once(number: int) -> None:
        body = {"name": f"n{number}"} if method in {"POST", "PATCH"} else None
        answer = await client.request(method, path.format(account=record["id"]), json=body)
        assert answer.status_code in {200, 201}, answer.text

    await once(0)
    connection, before = await questions(world)
    for number in range(1, 6):
        await once(number)
    same_connection, after = await questions(world)
    assert connection == same_connection
    assert after - before - 2 == 5 * sent  # to ask is two statements as well


async def questions(world: World) -> tuple[int, int]:
    """The one connection that acme has, and how many statements the server was sent over it."""
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(await world.tenant("acme")) as engine:
            (connection,) = await ask(engine, "SELECT CONNECTION_ID() AS id")
            (row,) = await ask(engine, "SHOW SESSION STATUS LIKE 'Questions'")
            assert isinstance(engine, BudgetedEngine)
            assert engine.pool_use.idle == 1
    return connection["id"], int(row["Value"])


async def test_ready_counts_the_servers_that_answer(world: World) -> None:
    async def told() -> object:
        return (await world.client("localhost").get("/ready")).json()["dependencies"]["tenantDatabases"]

    assert await told() == "up"
    gone = MySQLServer("127.0.0.1", 1, Login("root", lambda: ""))
    world.platform.servers._servers[gone.name] = gone
    assert await told() == "partly"
