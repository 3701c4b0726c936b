"""The OpenAPI documents: valid, complete, with examples that fit, and loading nothing from elsewhere."""

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import Freehold
from api.openapi.hosts import CENTRAL_HOST, TENANT_HOST
from tests.api.conftest import World

APP = Freehold()
HOSTS = {"central": CENTRAL_HOST, "tenant": TENANT_HOST}
Operations = Iterator[tuple[str, str, dict[str, Any]]]


def document(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(APP.state.documents[kind].as_json.body)
    return found


def operations(kind: str) -> Operations:
    for path, methods in document(kind)["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


each_kind = pytest.mark.parametrize("kind", HOSTS)


@each_kind
def test_it_is_valid_openapi_3_1(kind: str) -> None:
    assert list(OpenAPIV31SpecValidator(document(kind)).iter_errors()) == []


def references(part: object) -> Iterator[str]:
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(value)
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        yield part["$ref"]


@each_kind
def test_every_reference_leads_somewhere(kind: str) -> None:
    whole = document(kind)
    for reference in set(references(whole)):
        found: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            assert step in found, reference
            found = found[step]


@each_kind
def test_descriptions_of_schemas_are_the_same_on_every_python(kind: str) -> None:
    schemas = document(kind)["components"]["schemas"]
    described = {name: one["description"] for name, one in schemas.items() if "description" in one}
    assert described == {name: cleandoc(text) for name, text in described.items()}


@each_kind
def test_every_route_is_in_it(kind: str) -> None:
    served = {
        (re.sub(r":\w+\}", "}", route.path), method.lower())
        for route in APP.routes
        if isinstance(route, HTTPRoute) and HOSTS[kind].serves(route.path)
        for method in route.methods
        if method != "OPTIONS"
    }
    pages = {("/schema/try", "get"), ("/schema/try/{name}", "get")}  # for browsers, not for clients
    assert {(path, method) for path, method, _ in operations(kind)} == served - pages


@each_kind
def test_every_operation_is_described(kind: str) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(kind)]
    assert len(ids) == len(set(ids))
    for path, _, operation in operations(kind):
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert names == set(re.findall(r"\{(\w+)\}", path))
        assert all(one["description"] for one in operation.get("parameters", ()))


@each_kind
def test_every_answer_names_its_media_type_and_the_request_id(kind: str) -> None:
    responses = document(kind)["components"]["responses"]
    for _, _, operation in operations(kind):
        assert {"400", "500", "503"} <= set(operation["responses"])
        for status, answer in operation["responses"].items():
            shown = responses[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
            assert "X-Request-ID" in shown["headers"]
            if int(status) >= 400:
                assert list(shown["content"]) == ["application/problem+json"]


@each_kind
def test_routes_that_need_a_token_say_so(kind: str) -> None:
    for path, _, operation in operations(kind):
        is_open = path in {
            "/schema",
            "/schema/openapi.json",
            "/health",
            "/ready",
            "/sign-in",
            "/find",
            "/first-tenant",
            "/metrics",
            "/internal/tls/ask",
            "/problems",
            "/problems/{code}",
            "/api/v1/tenant",
            "/api/v1/tenant/logo",
            "/api/v1/auth/login",
            "/api/v1/auth/refresh",
            "/api/v1/auth/accept",
            "/api/v1/auth/confirm-email",
            "/api/v1/auth/forgot",
            "/api/v1/auth/link",
            "/api/v1/auth/options",
            "/api/v1/auth/session",
            "/api/v1/auth/ticket",
            "/api/v1/auth/passkeys/begin",
            "/api/v1/auth/passkeys/finish",
            "/api/v1/auth/oidc/{provider}/start",
            "/api/v1/auth/oidc/{provider}/callback",
        }
        assert bool(operation["security"]) != is_open
        if not is_open:
            assert "401" in operation["responses"]


@each_kind
def test_routes_with_a_body_can_refuse_it(kind: str) -> None:
    for _, _, operation in operations(kind):
        if "requestBody" in operation:
            assert {"400", "408", "413", "415", "422"} <= set(operation["responses"])


def examples(node: Any, schemas: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Every example with the schema that it belongs to."""
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield node["schema"], node["example"]
        for held in node.values():
            yield from examples(held, schemas)
    elif isinstance(node, list):
        for held in node:
            yield from examples(held, schemas)


@each_kind
def test_examples_fit_their_schemas(kind: str) -> None:
    whole = document(kind)
    found = list(examples({key: whole[key] for key in ("paths", "components")}, whole))
    assert len(found) > 10
    for schema, example in found:
        validator = Draft202012Validator({**schema, "components": whole["components"]})
        assert list(validator.iter_errors(example)) == []


@each_kind
def test_every_struct_that_is_sent_refuses_unknown_fields(kind: str) -> None:
    schemas = document(kind)["components"]["schemas"]
    for _, _, operation in operations(kind):
        schema = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        if "$ref" in schema:
            assert schemas[schema["$ref"].rpartition("/")[2]]["additionalProperties"] is False


@pytest.mark.parametrize("host", ["localhost", "acme.localhost"])
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json, text/html", "application/json"),
    ],
)
async def test_programs_get_json_and_browsers_a_page(
    world: World, host: str, accept: str | None, content_type: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = await world.client(host).get("/schema", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert "accept, authorization" in answer.headers["vary"]


@pytest.mark.parametrize("host", ["localhost", "acme.localhost"])
async def test_the_page_lists_every_operation_and_loads_nothing(world: World, host: str) -> None:
    page = (await world.client(host).get("/schema", headers={"Accept": "text/html"})).text
    whole = (await world.client(host).get("/schema")).json()
    for methods in whole["paths"].values():
        for operation in methods.values():
            assert f"id='{operation['operationId']}'" in page
    assert not re.search(
        r"<script|<link|<img|src=|@import|url\(|https?://(?!json-schema|[a-z.]+\.example\b|[a-z]+\.example\.com|(?:acme\.)?localhost:)",
        page,
    )


async def test_the_page_reads_well(world: World) -> None:
    page = (await world.client().get("/schema", headers={"Accept": "text/html"})).text
    places = [page.index(f"id='{name}Object'") for name in ("read", "change", "drop")]
    assert places == sorted(places)
    assert "`" not in re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL)


async def test_the_page_forbids_scripts(world: World) -> None:
    answer = await world.client().get("/schema", headers={"Accept": "text/html"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_options_of_fields_are_objects_in_responses_and_may_be_texts_in_requests() -> None:
    found = document("tenant")
    shown = found["components"]["schemas"]["FieldResponse"]["properties"]["data"]["properties"]["options"]
    assert (shown["items"]["type"], shown["items"]["required"]) == ("object", ["value", "label"])
    create = found["paths"]["/api/v1/objects/{object}/fields"]["post"]["requestBody"]["content"]
    asked = create["application/json"]["schema"]["properties"]["options"]["items"]["anyOf"]
    assert [one["type"] for one in asked] == ["string", "object"]
