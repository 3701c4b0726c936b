"""Once a process is warm, a request costs the statements that its answer needs, and no more."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from central.database import CENTRAL
from central.settings.settings import Settings
from piccolo_conf import DB
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.sqlite.lanes import Lane
from tests.api.conftest import Warm, World, world_of
from tests.api.records.test_records import ACCOUNTS, make

WORDS = {"GET": 0, "POST": 1, "PATCH": 2}
"""Statements about the words of a record on MySQL and MariaDB; they are sent with what changes the record."""


@asynccontextmanager
async def counted(world: World) -> AsyncIterator[Counter[str]]:
    """Counts the statements on acme's and on the central engine inside the block."""
    counts: Counter[str] = Counter(tenant=0, central=0)
    with CENTRAL.bind(world.platform.central_engine):
        tenant = await world.tenant("acme")
        async with world.platform.tenancy.use(tenant):
            pass  # it is open now
    async with world.platform.tenancy.use(tenant) as engine:
        with _counting(engine, counts, "tenant"), _counting(world.platform.central_engine, counts, "central"):
            yield counts


@contextmanager
def _counting(engine: object, counts: Counter[str], name: str) -> Iterator[None]:
    def count(_statement: str) -> None:
        counts[name] += 1

    engine.on_statement = count  # type: ignore[attr-defined]  # SQLite's engine has it
    try:
        yield
    finally:
        engine.on_statement = None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "statements"),
    [
        ("GET", f"{ACCOUNTS}/{{account}}", 1),
        ("GET", f"{ACCOUNTS}?filter[industry]=technology&sort=-annual_revenue,name&limit=50", 1),
        ("GET", f"{ACCOUNTS}?expand=owner,contacts&limit=25", 3),
        ("GET", f"{ACCOUNTS}?include=can&fields=name", 1),
        ("GET", f"{ACCOUNTS}/{{account}}?include=can", 1),
        (
            "GET",
            f"{ACCOUNTS}?filter[owner.name]=Ada&sort=owner.name&search=globex&fields=name,owner.email",
            1,
        ),
        ("GET", f"{ACCOUNTS}/{{account}}?expand=owner", 2),
        ("GET", f"{ACCOUNTS}/aggregate?groupBy=month(created_at)&select=count,sum(annual_revenue)", 1),
        ("GET", f"{ACCOUNTS}/export.csv", 1),
        ("POST", ACCOUNTS, 1),
        ("PATCH", f"{ACCOUNTS}/{{account}}", 3),
        ("GET", f"{ACCOUNTS}/{{account}}/history", 3),
        ("GET", "/api/v1/auth/me", 0),
        ("GET", "/api/v1/tenant", 0),
        ("GET", "/api/v1/me/preferences", 1),
        ("GET", "/api/v1/me/favourites", 1),
        ("GET", "/api/v1/me/recents", 1),
        ("GET", "/api/v1/navigation", 0),
        ("GET", "/api/v1/apps", 0),
        ("GET", "/api/v1/apps/sales/pages", 1),
        ("GET", "/api/v1/apps/sales/pages/account", 1),
        ("GET", "/api/v1/views?object=accounts", 3),
        ("GET", "/schema", 0),
    ],
)
@pytest.mark.parametrize("person", ["administrator", "member"])
async def test_a_warm_request(world: World, method: str, path: str, statements: int, person: str) -> None:
    client, record = await world.user(person), await make(world)
    url = path.format(account=record["id"])

    async def once(number: int) -> None:
        body = {"name": f"n{number}"} if method in ("POST", "PATCH") else None
        answer = await client.request(method, url, json=body)
        assert answer.status_code in (200, 201), answer.text

    view = {"object": "accounts", "label": "All", "columns": ["name"]}
    assert (await client.post("/api/v1/views", json=view)).status_code == 201
    await once(1)
    async with counted(world) as counts:
        await once(2)
        words = WORDS[method] if DB.engine_type == "mysql" else 0
    assert counts == {"tenant": statements + words, "central": 0}


@pytest.mark.parametrize(("person", "statements"), [("administrator", 9), ("member", 8)])
async def test_the_workspace(world: World, person: str, statements: int) -> None:
    """The account takes two, the views three, preferences and items one each, labels of records one for each
    object; one more for those who share views.
    """
    client, record = await world.user(person), await make(world)
    for path in (f"favourites/accounts/{record['id']}", f"recents/accounts/{record['id']}"):
        assert (await client.put(f"/api/v1/me/{path}")).is_success
    for label in ("All", "More"):
        view = {"object": "accounts", "label": label, "columns": ["name"]}
        assert (await client.post("/api/v1/views", json=view)).status_code == 201
    first = await client.get("/api/v1/workspace")
    async with counted(world) as counts:
        again = {"If-None-Match": first.headers["etag"]}
        assert (await client.get("/api/v1/workspace", headers=again)).status_code == 304
    assert counts == {"tenant": statements, "central": 0}


async def test_an_unknown_host_is_remembered_as_nobody_s(world: World) -> None:
    stranger = world.client("nobody.localhost")
    await stranger.get("/api/v1/tenant")
    async with counted(world) as counts:
        assert (await stranger.get("/api/v1/tenant")).status_code == 404
    assert counts == {"tenant": 0, "central": 0}


async def test_a_bad_token_costs_no_statement(world: World) -> None:
    client = world.client(token="a.b.c")
    await client.get(ACCOUNTS)
    async with counted(world) as counts:
        assert (await client.get(ACCOUNTS)).status_code == 401
    assert counts == {"tenant": 0, "central": 0}


async def test_the_first_request_of_a_tenant_reads_together_what_belongs_together(
    settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new process: the tenant; versions; session and roles; what they grant; definitions; records."""
    async with world_of(settings, warm) as world:
        token = await world.sign_in()
    async with world_of(settings, warm) as world, counted(world) as counts:
        trips = _count_trips(monkeypatch)
        response = await world.client(token=token).get(f"{ACCOUNTS}?limit=5")
        monkeypatch.undo()
    assert response.status_code == 200, response.text
    is_mysql = settings.central_database_url.startswith("mysql")
    assert counts == {"central": 1, "tenant": 11 if is_mysql else 9}  # interrupted changes, tables of words
    assert len(trips) == 6  # the connection is there: opening the engine has compared the tenant's id


async def test_opening_a_database_costs_one_statement_and_a_warm_request_none(
    settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_of(settings, warm) as world:
        tenant, trips = await world.tenant("acme"), _count_trips(monkeypatch)
        with CENTRAL.bind(world.platform.central_engine):
            before = len(trips)
            async with world.platform.tenancy.use(tenant):
                opened = [one for one in trips[before:] if not one.startswith("SET ")]
                warm_from = len(trips)
            async with world.platform.tenancy.use(tenant):
                assert len(trips) == warm_from
    assert 1 <= len(opened) <= 2  # the id, and on MySQL the login


def _count_trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with each round trip to a server or to a thread of SQLite."""
    trips: list[str] = []
    send, run = Session.send, Lane.run

    def sending(self: Session, sql: str, *rest: Any, **options: Any) -> Any:
        trips.append(sql)
        return send(self, sql, *rest, **options)

    def running(self: Lane, *rest: Any, **options: Any) -> Any:
        trips.append("")
        return run(self, *rest, **options)

    monkeypatch.setattr(Session, "send", sending)
    monkeypatch.setattr(Lane, "run", running)
    return trips
