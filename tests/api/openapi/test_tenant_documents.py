"""What a tenant's document says of its objects: all that the caller may use, nothing else, and it is so."""

import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.conftest import ON_SQLITE, World
from tests.api.every_type import EVERY_TYPE
from tests.api.objects.test_objects import shown
from tests.api.openapi.test_openapi import examples

NAME = EVERY_TYPE["name"]
DATA = f"/api/v1/data/{NAME}"
Document = dict[str, Any]

pytestmark = ON_SQLITE


async def made(world: World) -> httpx.AsyncClient:
    client = await world.user()
    shown(await client.post("/api/v1/objects", json=EVERY_TYPE))
    return client


async def document_for(client: httpx.AsyncClient) -> Document:
    answer = await client.get("/schema")
    assert answer.status_code == 200, answer.text
    return answer.json()


def operations(document: Document) -> dict[str, Document]:
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


def fields_of(document: Document, kind: str, name: str = NAME) -> set[str]:
    return set(document["components"]["schemas"][f"{name}_{kind}"]["properties"])


async def test_it_is_valid_openapi_with_examples_that_fit(world: World) -> None:
    document = await document_for(await made(world))
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    found = list(examples({key: document[key] for key in ("paths", "components")}, document))
    assert len(found) > 50
    for schema, example in found:
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert list(validator.iter_errors(example)) == []


async def test_each_object_has_its_routes_and_the_names_are_nobody_elses(world: World) -> None:
    document = await document_for(await made(world))
    assert not [path for path in document["paths"] if "{object}" in path and "/data/" in path]
    for name in (NAME, "accounts", "contacts", "opportunities"):
        assert {f"/api/v1/data/{name}", f"/api/v1/data/{name}/{{id}}"} <= set(document["paths"])
        assert {f"createRecord_{name}", f"listRecords_{name}", f"writeRecords_{name}"} <= set(
            operations(document)
        )
    assert f"{DATA}/by/{{uniqueField}}/{{value}}" in document["paths"]
    assert "/api/v1/data/accounts/by/{uniqueField}/{value}" not in document["paths"]
    assert "Acme Corporation" in document["info"]["title"]


async def test_bodies_say_what_is_required_and_how_long_and_leave_out_what_nobody_writes(
    world: World,
) -> None:
    schemas = (await document_for(await made(world)))["components"]["schemas"]
    create = schemas[f"{NAME}_Create"]
    assert create["required"] == ["constructor"]
    assert create["properties"]["code"]["maxLength"] == 3
    assert create["properties"]["stage"]["enum"] == ["open", "it's", "a/b*/", "won"]
    assert create["properties"]["stage"]["default"] == "open"
    assert "number" not in create["properties"]
    assert "id" not in create["properties"]
    assert schemas[f"{NAME}_Record"]["properties"]["number"]["readOnly"] is True
    assert "required" not in schemas[f"{NAME}_Change"]
    assert schemas[f"{NAME}_Record"]["properties"]["account"]["x-target"] == "accounts"


async def test_filters_say_how_each_field_compares(world: World) -> None:
    schemas = (await document_for(await made(world)))["components"]["schemas"]
    properties = schemas[f"{NAME}_Filter"]["properties"]
    references = {
        name: (properties[name].get("anyOf") or [properties[name]])[-1]["$ref"].rpartition("/")[2]
        for name in ("money", "tags", "active", "stage")
    }
    operators = {name: set(schemas[reference]["properties"]) for name, reference in references.items()}
    assert {"gte", "between"} <= operators["money"]
    assert operators["tags"] == {"contains", "null"}
    assert operators["active"] == {"eq", "ne", "null"}
    assert "gt" not in operators["stage"]


async def test_records_are_as_the_document_says(world: World) -> None:
    client = await made(world)
    document = await document_for(client)
    body = operations(document)[f"createRecord_{NAME}"]["requestBody"]["content"]["application/json"][
        "example"
    ]
    account = shown(await client.post("/api/v1/data/accounts", json={"name": "Globex"}))
    people = shown(await client.get(f"/api/v1/data/accounts/{account['id']}"))["owner"]
    answer = await client.post(DATA, json=body | {"account": account["id"], "parent": None, "owner": people})
    record = shown(answer)
    listed = (await client.get(DATA)).json()
    for schema, value in (
        (f"{NAME}_Record", record),
        (f"{NAME}_Selected", shown(await client.get(f"{DATA}/{record['id']}?fields=id,stage,account.name"))),
        (f"{NAME}_Page", listed),
    ):
        whole = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        assert list(Draft202012Validator(whole).iter_errors(value)) == []


async def test_without_a_token_there_are_the_routes_alone(world: World) -> None:
    await made(world)
    answer = await world.client().get("/schema")
    assert "/api/v1/data/{object}" in answer.json()["paths"]
    assert NAME not in answer.text
    assert "accept, authorization" in answer.headers["vary"]
    assert (await world.client(token="nonsense").get("/schema")).status_code == 401


async def test_a_viewer_sees_what_a_viewer_may_do(world: World) -> None:
    await made(world)
    document = await document_for(await world.user("viewer"))
    mine = {name.partition("_")[0] for name in operations(document) if name.endswith(NAME)}
    assert {"listRecords", "readRecord", "queryRecords"} <= mine
    assert not mine & {
        "createRecord",
        "updateRecord",
        "deleteRecord",
        "restoreRecord",
        "putRecord",
        "writeRecords",
    }
    schemas = document["components"]["schemas"]
    assert f"{NAME}_Record" in schemas
    assert not {f"{NAME}_Create", f"{NAME}_Change", f"{NAME}_Bulk"} & set(schemas)
    types = (await (await world.user("viewer")).get("/api/v1/schema.d.ts")).text
    assert "AccountsCreate" not in types


async def test_what_a_role_keeps_back_is_in_neither_document(world: World) -> None:
    admin = await made(world)
    role = next(one for one in shown(await admin.get("/api/v1/roles")) if one["name"] == "viewer")
    hidden = {"fields": [{"object": NAME, "field": "money", "read": False, "update": False}]}
    answer = await admin.put(f"/api/v1/roles/{role['id']}/fields", json=hidden)
    assert answer.status_code == 200, answer.text
    viewer = await world.user("viewer")
    document = await document_for(viewer)
    for kind in ("Record", "Selected", "Filter"):
        assert "money" not in fields_of(document, kind)
        assert "share" in fields_of(document, kind)
    assert "money" not in (await viewer.get("/schema")).text
    assert "money" not in (await viewer.get("/api/v1/schema.d.ts")).text
    assert "money" in fields_of(await document_for(admin), "Record")


async def test_a_change_is_in_the_next_answer_and_nothing_is_made_twice(world: World) -> None:
    client = await made(world)
    first = await client.get("/schema")
    async with world.platform.tenancy.use(await world.tenant("acme")) as engine:
        statements: list[str] = []
        engine.on_statement = statements.append
        assert (await client.get("/schema")).content == first.content
        assert (await client.get("/api/v1/schema.d.ts")).status_code == 200
        assert statements == []
    shown(await client.post(f"/api/v1/objects/{NAME}/fields", json={"name": "later", "type": "text"}))
    assert "later" in fields_of(await document_for(client), "Record")
    assert " later?: string | null;" in (await client.get("/api/v1/schema.d.ts")).text


async def test_the_page_shows_every_object_with_its_fields(world: World) -> None:
    client = await made(world)
    page = (await client.get("/schema", headers={"Accept": "text/html"})).text
    for operation in operations(await document_for(client)):
        assert f"id='{operation}'" in page
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold" in page
    assert "<code>name</code><td>text, at most 255 characters, required<td>" in page
    viewer = await world.user("viewer")
    assert ", required<td>" not in (await viewer.get("/schema", headers={"Accept": "text/html"})).text


async def test_one_tenant_s_objects_are_in_no_other_s_document(world: World) -> None:
    await made(world)
    other = await world.user("administrator", "demo")
    assert NAME not in (await other.get("/schema")).text
    assert NAME not in (await other.get("/api/v1/schema.d.ts")).text


async def test_a_default_that_looks_like_a_reference_is_data(world: World) -> None:
    client = await made(world)
    default = {"$ref": "#/components/schemas/nothing", "x-record": "nothing"}
    field = {"name": "like_a_reference", "type": "json", "default": default}
    shown(await client.post(f"/api/v1/objects/{NAME}/fields", json=field))
    document = await document_for(client)
    create = document["components"]["schemas"][f"{NAME}_Create"]["properties"]
    assert create["like_a_reference"]["default"] == default


async def test_only_components_that_are_used_are_in_it(world: World) -> None:
    document = await document_for(await made(world))
    components = document["components"]
    text = json.dumps(document)
    for name in components["schemas"]:
        assert f'"$ref": "#/components/schemas/{name}"' in text or f'"x-record": "{name}"' in text, name
    for reference in set(re.findall(r'"\$ref": "#/components/(\w+/[^"]+)"', text)):
        kind, _, name = reference.partition("/")
        assert name in components[kind]
