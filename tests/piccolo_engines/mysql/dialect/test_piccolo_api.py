"""piccolo_api, and so Piccolo Admin, works on the engine."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from piccolo.apps.user.tables import BaseUser
from piccolo.table import create_db_tables

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import MUSIC, Band, Genre, Manager, bound, created

piccolo_api = pytest.importorskip("piccolo_api")


@pytest.fixture
async def managers(engine: MySQLEngine) -> AsyncIterator[httpx.AsyncClient]:
    from piccolo_api.crud.endpoints import PiccoloCRUD

    async with created(engine, *MUSIC):
        await Manager.insert(*(Manager(name=name) for name in ("Guido", "Graydon", "Mads")))
        transport = httpx.ASGITransport(PiccoloCRUD(Manager, read_only=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def test_rows_are_listed_filtered_and_written(managers: httpx.AsyncClient) -> None:
    assert len((await managers.get("/")).json()["rows"]) == 3
    found = await managers.get("/", params={"name": "gu", "name__match": "contains"})
    assert [row["name"] for row in found.json()["rows"]] == ["Guido"]
    created_row = await managers.post("/", json={"name": "New"})
    assert created_row.json() == [{"id": 4}]
    assert (await managers.patch("/4/", json={"name": "Newer"})).json()["name"] == "Newer"
    assert (await managers.delete("/4/")).status_code == 204
    assert (await managers.get("/count/")).json()["count"] == 3


async def test_readable_representations_are_listed(managers: httpx.AsyncClient) -> None:
    expected = {"1": "Guido (100%)", "2": "Graydon (100%)", "3": "Mads (100%)"}
    assert (await managers.get("/ids/")).json() == expected


FOUNDED = dt.datetime(2020, 2, 29, 10, 14, 15, 999999, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"name": "s", "name__match": "ends"}, ["Rustaceans", "Pythonistas"]),
        ({"popularity": "10", "popularity__operator": "gt"}, ["Pythonistas"]),
        ({"fee__operator": "is_null"}, ["Rustaceans"]),
        ({"fee": "10.50"}, ["Pythonistas"]),
        ({"active": "false"}, ["Rustaceans"]),
        ({"founded": "2020-02-29T13:14:15.999999+03:00"}, ["Pythonistas"]),
        ({"manager": "1"}, ["Pythonistas"]),
        ({"details": '{"a": 1}'}, ["Pythonistas"]),
        ({"__order": "manager.name,name"}, ["Rustaceans", "Pythonistas"]),
    ],
)
async def test_filters_know_the_types(
    managers: httpx.AsyncClient, engine: MySQLEngine, params: dict[str, str], names: list[str]
) -> None:
    from piccolo_api.crud.endpoints import PiccoloCRUD

    await Band(
        name="Pythonistas", manager=1, popularity=1000, founded=FOUNDED, details={"a": 1}, fee="10.50"
    ).save()
    await Band(name="Rustaceans", manager=None, popularity=10, active=False).save()
    transport = httpx.ASGITransport(PiccoloCRUD(Band, max_joins=1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as bands:
        asked = {"__order": "-name", "__visible_fields": "name,manager.name", **params}
        rows = (await bands.get("/", params=asked)).json()["rows"]
    assert [row["name"] for row in rows] == names
    assert all(row["manager"] == {"name": "Guido" if row["name"][0] == "P" else None} for row in rows)


@pytest.fixture
async def admin(managers: httpx.AsyncClient, engine: MySQLEngine) -> AsyncIterator[httpx.AsyncClient]:
    endpoints = pytest.importorskip("piccolo_admin.endpoints")
    from piccolo_api.session_auth.tables import SessionsBase

    users: list[type[Any]] = [BaseUser, SessionsBase]
    before = [table._meta._db for table in users]
    bound(engine, *users)
    await create_db_tables(*users)
    await BaseUser.create_user(username="ann", password="correct horse", active=True, admin=True)
    app = endpoints.create_admin([Manager, Band, Genre], production=True, allowed_hosts=["test"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://test") as client:
        await client.get("/public/meta/")
        client.headers.update(
            {"X-CSRFToken": client.cookies["csrftoken"], "Origin": "https://test", "Referer": "https://test"}
        )
        yield client
    for table, db in zip(users, before, strict=True):
        table._meta._db = db


async def test_the_admin_signs_in_and_works(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/api/tables/")).status_code == 401
    wrong = {"username": "ann", "password": "battery"}
    assert (await admin.post("/public/login/", json=wrong)).status_code == 401
    right = {"username": "ann", "password": "correct horse"}
    assert (await admin.post("/public/login/", json=right)).status_code == 200
    assert (await admin.get("/api/user/")).json() == {"username": "ann", "user_id": "1"}
    assert (await admin.get("/api/tables/")).json() == ["band", "genre", "manager"]
    made = await admin.post("/api/tables/band/", json={**NEW_BAND, "manager": 2})
    assert made.status_code == 201
    listed = await admin.get("/api/tables/band/", params={"__readable": "true", "__page": "1"})
    (row,) = listed.json()["rows"]
    assert (row["manager_readable"], row["details"]) == ("Graydon (100%)", '{"a": 1}')
    found = await admin.get("/api/tables/manager/ids/", params={"limit": "1", "offset": "2"})
    assert found.json() == {"3": "Mads (100%)"}
    assert (await admin.get("/api/tables/band/schema/")).status_code == 200
    assert (await admin.post("/public/logout/")).status_code == 200
    assert (await admin.get("/api/tables/")).status_code == 401


NEW_BAND = {
    "name": "New", "popularity": 3, "active": True, "founded": FOUNDED.isoformat(), "details": '{"a": 1}',
    "fee": "1.25",
}  # fmt: skip


async def test_sessions_and_tokens(admin: httpx.AsyncClient, engine: MySQLEngine) -> None:
    from piccolo_api.session_auth.tables import SessionsBase
    from piccolo_api.token_auth.tables import TokenAuth

    session = await SessionsBase.create_session(user_id=1)
    assert await SessionsBase.get_user_id(session.token) == 1
    await SessionsBase.remove_session(session.token)
    assert await SessionsBase.get_user_id(session.token) is None
    before = TokenAuth._meta._db
    async with created(engine, TokenAuth):
        token = await TokenAuth.create_token(1)
        assert await TokenAuth.get_user_id(token) == 1
        assert await TokenAuth.authenticate("nobody's") is None
    TokenAuth._meta._db = before
