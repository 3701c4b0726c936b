"""Indexes of objects over HTTP: given, shown and dropped; the fields of a unique one are a key of records."""

from typing import Any

import httpx
import pytest

from tenant_schema.records.advice.asked import Asked
from tests.api.conftest import ON_SQLITE, World
from tests.api.records.test_imports import form
from tests.api.scenarios import assert_problem

OBJECT = "/api/v1/objects/lines"
RECORDS = "/api/v1/data/lines"
LINES = {
    "name": "lines",
    "fields": [
        {"name": "order", "type": "text", "maxLength": 20},
        {"name": "product", "type": "text", "maxLength": 20},
        {"name": "amount", "type": "integer"},
    ],
    "indexes": [["amount", "-created_at"], {"fields": ["order", "product"], "unique": True}],
}
ONE = {"order": "A,1", "product": "pen", "amount": 5}


async def made(world: World) -> httpx.AsyncClient:
    client = await world.user()
    answer = await client.post("/api/v1/objects", json=LINES)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["indexes"] == LINES["indexes"]
    return client


async def test_indexes_are_shown_and_changed(world: World) -> None:
    client = await made(world)
    planned = await client.patch(f"{OBJECT}?dryRun=true", json={"indexes": []})
    assert ["DROP INDEX" in one["ddl"] for one in planned.json()["plan"]] == [True, True]
    kept = await client.delete(f"{OBJECT}/fields/order")
    assert "order, product" in assert_problem(kept, "field-in-index")["errors"][0]["message"]
    renamed = await client.patch(f"{OBJECT}/fields/order", json={"name": "purchase"})
    assert renamed.status_code == 200
    shown = (await client.get(OBJECT)).json()["data"]["indexes"]
    assert shown == [["amount", "-created_at"], {"fields": ["purchase", "product"], "unique": True}]
    answer = await client.patch(OBJECT, json={"indexes": [["product", "-amount"]]})
    assert answer.json()["data"]["indexes"] == [["product", "-amount"]]
    assert (await client.get("/api/v1/objects/drift")).json() == {"data": []}
    assert (await client.delete(f"{OBJECT}/fields/purchase")).status_code == 204


@ON_SQLITE
@pytest.mark.parametrize(
    ("indexes", "field", "code"),
    [
        ([["amuont"]], "indexes.0", "unknown-field"),
        ([["amount"], ["amount"]], "indexes.1", "duplicate-index"),
        ("amount", "indexes", "wrong-type"),
        ([["amount"], {"fields": ["amount"], "uniqe": True}], "indexes.1", "wrong-type"),
    ],
)
async def test_what_is_no_index_is_refused_with_its_place(
    world: World, indexes: Any, field: str, code: str
) -> None:
    client = await made(world)
    problem = assert_problem(await client.patch(OBJECT, json={"indexes": indexes}))
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]


async def test_the_fields_of_a_unique_index_are_a_key(world: World) -> None:
    client = await made(world)
    address = f"{RECORDS}/by/product,order/pen,A%2C1"
    new = await client.put(address, json={"amount": 5})
    record = new.json()["data"]
    assert (new.status_code, record["order"], record["product"]) == (201, "A,1", "pen")
    changed = await client.put(address, json={"amount": 6, "order": "A,1"})
    assert (changed.status_code, changed.json()["data"]["id"]) == (200, record["id"])
    for wrong, code in (("product/pen", "not-unique"), ("product,order/pen", "wrong-number")):
        problem = assert_problem(await client.put(f"{RECORDS}/by/{wrong}", json={}))
        assert problem["errors"][0]["code"] == code
    await client.delete(f"{RECORDS}/{record['id']}")
    back = await client.put(address, json={"amount": 7})
    assert (back.status_code, back.json()["data"]["id"]) == (200, record["id"])


async def test_an_import_changes_the_lines_with_the_key_and_creates_the_others(world: World) -> None:
    client = await made(world)
    await client.post(RECORDS, json=ONE)
    lines = 'order,product,amount\n"A,1",pen,8\n"A,1",ink,1\nB,pen,2\n"A,1",ink,3\n'
    answer = await client.post(f"{RECORDS}/import?upsertBy=order,product", files=form(lines))
    assert (answer.json()["created"], answer.json()["updated"]) == (2, 2)
    records = (await client.get(f"{RECORDS}?sort=order,product")).json()["data"]
    assert [(one["order"], one["product"], one["amount"]) for one in records] == [
        ("A,1", "ink", 3),
        ("A,1", "pen", 8),
        ("B", "pen", 2),
    ]
    without = await client.post(f"{RECORDS}/import?upsertBy=order,product", files=form("order\nA\n"))
    assert assert_problem(without)["errors"][0]["code"] == "missing-column"


async def test_values_that_another_record_has_are_told_of_each_field(world: World) -> None:
    client = await made(world)
    record = (await client.post(RECORDS, json=ONE)).json()["data"]
    errors = assert_problem(await client.post(RECORDS, json=ONE), "unique-conflict")["errors"]
    assert [one["field"] for one in errors] == ["order", "product"]
    assert {one["message"] for one in errors} == {"Another record has the same order, product."}
    await client.delete(f"{RECORDS}/{record['id']}")
    errors = assert_problem(await client.post(RECORDS, json=ONE), "unique-conflict")["errors"]
    assert {one["record"] for one in errors} == {record["id"]}
    other = {**ONE, "product": "ink"}
    many = await client.post(f"{RECORDS}/bulk", json={"op": "create", "records": [other, ONE, other, {}]})
    assert [one["status"] for one in many.json()["results"]] == [201, 409, 409, 201]
    (own,) = (await client.get(f"{RECORDS}?filter[product]=ink")).json()["data"]
    moved = await client.patch(f"{RECORDS}/{own['id']}", json={"product": "pen"})
    assert moved.status_code == 409


@ON_SQLITE
async def test_the_document_of_the_tenant_has_the_key(world: World) -> None:
    client = await made(world)
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    (path,) = [one for one in paths if one.startswith(f"{RECORDS}/by/")]
    by = {one["name"]: one for one in paths[path]["put"]["parameters"]}
    assert by["uniqueField"]["schema"]["enum"] == ["order,product"]


async def test_advice_is_taken_by_one_call(world: World) -> None:
    client = await made(world)
    world.platform.records.asked = Asked(slow=0.0)  # everything is slow
    for order in ("product,-amount", "amount"):
        assert (await client.get(f"{RECORDS}?filter[order]=secret&sort={order}")).status_code == 200
    answer = await client.get(f"{OBJECT}/advice")
    assert "secret" not in answer.text
    advice = {tuple(one["index"]): one for one in answer.json()["data"]}
    assert set(advice) == {("order", "product", "-amount"), ("order", "amount")}
    (shape,) = advice["order", "amount"]["shapes"]
    assert (shape["equal"], shape["sort"], shape["asked"]) == (["order"], ["amount"], 1)
    taken = await client.patch(OBJECT, json=advice["order", "amount"]["change"])
    assert taken.json()["data"]["indexes"] == [*LINES["indexes"], ["order", "amount"]]
    left = (await client.get(f"{OBJECT}/advice")).json()["data"]
    assert [one["index"] for one in left] == [["order", "product", "-amount"]]
    member = await world.user("member")
    assert (await member.get(f"{OBJECT}/advice")).status_code == 403
    other = await world.user("administrator", "demo")
    assert (await other.get(f"{OBJECT}/advice")).status_code == 404
