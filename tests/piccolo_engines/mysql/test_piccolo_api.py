"""piccolo_api, and so Piccolo Admin, works on the engine."""

from collections.abc import AsyncIterator

import httpx
import pytest

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import MUSIC, Manager, created

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


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, {"1": "Guido (100%)", "2": "Graydon (100%)", "3": "Mads (100%)"}),
        ({"search": "GU"}, {"1": "Guido (100%)"}),
        ({"search": "g", "limit": "1", "offset": "1"}, {"1": "Guido (100%)"}),
        ({"search": "nobody"}, {}),
    ],
)
async def test_readable_search(
    managers: httpx.AsyncClient, params: dict[str, str], expected: dict[str, str]
) -> None:
    assert (await managers.get("/ids/", params=params)).json() == expected


async def test_a_bad_limit_is_refused(managers: httpx.AsyncClient) -> None:
    assert (await managers.get("/ids/", params={"search": "g", "limit": "x"})).status_code == 400


async def test_a_violated_constraint_is_an_answer(managers: httpx.AsyncClient) -> None:
    answer = await managers.post("/", json={"name": "Guido"})
    assert answer.status_code == 422
    assert "manager(name)" in answer.json()["db_error"]
