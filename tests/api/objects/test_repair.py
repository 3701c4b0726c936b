"""Tables that are not as definitions say: made so by the request that meets it, or it says what to do."""

from typing import Any

import httpx
import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.model.search_index import words_table
from tests.api.conftest import World
from tests.api.scenarios import assert_problem

DATA = "/api/v1/data/things"
FIELDS = [
    {"name": "title", "label": "Title", "type": "text", "searchable": True},
    {"name": "code", "label": "Code", "type": "text", "maxLength": 20, "unique": True},
    {"name": "amount", "label": "Amount", "type": "integer", "index": True},
    {"name": "parent", "label": "Parent", "type": "lookup", "target": "accounts"},
]


class Damage:
    """A tenant with an object, and SQL on its database by hand."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world, self.client = world, client

    async def sql(self, *statements: str) -> None:
        async with self.world.platform.tenancy.use(await self.world.tenant("acme")):
            for one in statements:
                await DB.run_ddl(await self._named(one))

    async def _named(self, text: str) -> str:
        """``{title}`` is the column of the field, ``{things}`` the table."""
        rows = await DB.run_querystring(
            QueryString(
                "SELECT name AS name, column_name AS place FROM field_definitions UNION ALL "
                "SELECT name AS name, table_name AS place FROM object_definitions"
            )
        )
        names = {row["name"]: row["place"] for row in rows}
        words = words_table(names["things"], [names["title"]])
        return text.format(**names, words=words)


@pytest.fixture
async def damage(world: World) -> Damage:
    client = await world.user()
    body = {"name": "things", "label": "Thing", "pluralLabel": "Things", "fields": FIELDS}
    made = await client.post("/api/v1/objects", json=body)
    assert made.status_code == 201, made.text
    answer = await client.post(DATA, json={"title": "One", "code": "A"})
    assert answer.status_code == 201, answer.text
    return Damage(world, client)


async def drift_of(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/api/v1/objects/drift")).json()["data"]
    return found


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}])
async def test_a_column_that_is_missing_is_made_by_the_write_that_meets_it(
    damage: Damage, headers: dict[str, str]
) -> None:
    await drop_amount(damage)
    answer = await damage.client.post(DATA, json={"title": "Two", "amount": 7}, headers=headers)
    assert (answer.status_code, answer.json()["data"]["amount"]) == (201, 7)
    assert await drift_of(damage.client) == []
    (event,) = (await damage.client.get("/api/v1/audit?action=object.repair")).json()["data"]
    assert event["actor"] is None


async def drop_amount(damage: Damage) -> None:
    async with damage.world.platform.tenancy.use(await damage.world.tenant("acme")):
        of_table = "" if DB.engine_type == "sqlite" else " ON {things}"
    await damage.sql("DROP INDEX {things}_{amount}" + of_table, "ALTER TABLE {things} DROP COLUMN {amount}")


@pytest.mark.parametrize("query", ["", "?sort=amount", "?filter[amount]=1", "/aggregate?select=sum(amount)"])
async def test_a_column_that_is_missing_is_made_by_the_read_that_meets_it(damage: Damage, query: str) -> None:
    await drop_amount(damage)
    answer = await damage.client.get(DATA + query)
    assert answer.status_code == 200, answer.text
    assert await drift_of(damage.client) == []


async def test_a_table_that_is_missing_is_left_to_a_backup_and_every_request_says_so(damage: Damage) -> None:
    tables = ["DROP TABLE {things}"]
    async with damage.world.platform.tenancy.use(await damage.world.tenant("acme")):
        if DB.engine_type == "mysql":
            tables.insert(0, "DROP TABLE {words}")
    await damage.sql(*tables)
    for _ in range(2):
        answer = await damage.client.get(DATA)
        assert answer.status_code == 503
        assert_problem(answer, "tables-differ")
        assert "missing-table" in answer.json()["detail"]
        assert "/api/v1/objects/drift" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) >= 1
    assert (await damage.client.get("/api/v1/data/accounts")).status_code == 200
    assert (await damage.client.post("/api/v1/objects/drift")).status_code == 200
    assert (await damage.client.get(DATA)).status_code == 200
