"""Words of databases and languages are names over HTTP, too: in the contract, the types, CSV, the admin."""

import pytest

from api.openapi.record_schemas import component
from tests.api.conftest import World

FIELDS = [
    *("group", "key", "from", "to", "rank", "class", "import", "default", "lines", "rows"),
    *("select", "true", "false", "null", "count"),
]
DATA = "/api/v1/data/order"


async def test_an_object_of_everyday_words_is_of_use_everywhere(world: World) -> None:
    client = await world.user()
    fields = [{"name": name, "type": "text"} for name in FIELDS]
    fields[1] |= {"unique": True}
    made = await client.post("/api/v1/objects", json={"name": "order", "fields": fields})
    assert made.status_code == 201, made.text
    body = {name: f"{name} one" for name in FIELDS}
    assert (await client.post(DATA, json=body)).status_code == 201
    put = await client.put(f"{DATA}/by/key/{'key one'}", json={"group": "changed"})
    assert put.status_code == 200, put.text
    body |= {"group": "changed"}
    for name in FIELDS:
        asked = {f"filter[{name}]": body[name], "sort": f"-{name}", "fields": name}
        listed = await client.get(DATA, params=asked)
        (shown,) = listed.json()["data"]
        assert (shown.keys(), shown[name]) == ({"id", "version", name}, body[name])
        groups = await client.get(f"{DATA}/aggregate", params={"groupBy": name, "select": f"max({name})"})
        assert groups.json()["data"] == [{name: body[name], f"max({name})": body[name]}], name
    exported = await client.get(f"{DATA}/export.csv", params={"fields": ",".join(FIELDS)})
    assert exported.text.splitlines() == [",".join(FIELDS), ",".join(body[name] for name in FIELDS)]
    more = ",".join(FIELDS) + "\r\n" + ",".join(f"{name} two" for name in FIELDS) + "\r\n"
    imported = await client.post(f"{DATA}/import", files={"file": ("order.csv", more, "text/csv")})
    assert imported.status_code == 200, imported.text
    schemas = (await client.get("/schema")).json()["components"]["schemas"]
    assert {"true", "lines"} <= schemas[component("order", "Record")]["properties"].keys()
    types = (await client.get("/api/v1/schema.d.ts")).text
    assert "  order: OrderTypes;" in types
    renamed = await client.patch("/api/v1/objects/order", json={"name": "select"})
    assert renamed.status_code == 200, renamed.text
    found = await client.get("/api/v1/data/select", params={"sort": "true"})
    assert [row["rank"] for row in found.json()["data"]] == ["rank one", "rank two"]


async def test_an_object_that_is_called_as_a_part_of_a_path_is_found_by_values(world: World) -> None:
    client = await world.user()
    fields = [{"name": "by", "type": "text", "unique": True}]
    assert (await client.post("/api/v1/objects", json={"name": "by", "fields": fields})).status_code == 201
    put = await client.put("/api/v1/data/by/by/by/a%2Fby%2Fb", json={})
    assert (put.status_code, put.json()["data"]["by"]) == (201, "a/by/b")


@pytest.mark.parametrize("name", ["and", "or", "not", "id", "owner"])
async def test_what_the_api_means_by_a_name_is_refused(world: World, name: str) -> None:
    body = {"name": "words", "fields": [{"name": name, "type": "text"}]}
    answer = await (await world.user()).post("/api/v1/objects", json=body)
    assert answer.status_code == 422
    assert "reserved-name" in [one["code"] for one in answer.json()["errors"]]


async def test_no_page_is_called_as_the_address_of_the_order(world: World) -> None:
    client = await world.user()
    body = {"name": "order", "label": "Order", "type": "list", "object": "accounts"}
    answer = await client.post("/api/v1/apps/sales/pages", json=body)
    assert answer.status_code == 422
    assert "reserved-name" in [one["code"] for one in answer.json()["errors"]]
