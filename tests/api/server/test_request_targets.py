"""Paths that a proxy and this service could read differently lead nowhere, and hosts say where things are."""

from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, World
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem
from tests.api.server.test_protocol import listening, say

pytestmark = ON_SQLITE  # paths are read the same, whatever the database is


async def ask(client: httpx.AsyncClient, target: str, method: str = "GET") -> httpx.Response:
    """The response to a target that is sent as it is written."""
    url = client.base_url.copy_with(raw_path=target.encode())
    return await client.request(method, url)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1//auth/me",
        "//api/v1/auth/me",
        "/api//v1/auth/me",
        "/api/v1/auth/me//",
        "/api%2Fv1/auth/me",
        "/api/v1/auth%2fme",
        "/api/v1/auth%5Cme",
        "/api/v1/auth\\me",
        "/api/v1/x/%2e%2e/auth/me",
        "/api/v1/x/%2E./auth/me",
        "/api/v1/%2e/auth/me",
        "/api/v1/schema%2Ed.ts",
        "/api/v1/data/accounts%2F",
        "/api/v1/data/accounts/export%2ecsv",
        "/%2Fadmin/",
        "/admin//",
        "/admin/%2e%2e/schema",
        "/admin/assets%2Findex.js",
    ],
)
async def test_a_path_that_can_be_read_in_two_ways_is_404(world: World, path: str) -> None:
    for client in (await world.user(), world.operator()):
        for method in ("GET", "POST", "OPTIONS"):
            assert_problem(await ask(client, path, method), "not-found")


@pytest.mark.parametrize(
    "path", ["/setup%2Ftenants", "//setup/tenants", "/setup//tenants", "/setup/%2Etenants"]
)
async def test_no_way_around_a_proxy_s_rules_leads_to_the_operators(world: World, path: str) -> None:
    assert_problem(await ask(world.operator(), path), "not-found")


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/data/%zz",
        "/api/v1/data/%",
        "/api/v1/data/accounts%4",
        "/api/v1/data/%ff",
        "/api/v1/data/%c3",
        "/api/v1/data/%00",
        "/api/v1/data/accounts?filter[name]=100%",
        "/api/v1/data/accounts?search=%zz",
        "/api/v1/data/accounts?%=1",
        "/health?x=%g0",
        "/%zz",
        "/admin/%zz",
    ],
)
async def test_percent_signs_that_encode_nothing_are_400(world: World, target: str) -> None:
    for client in (await world.user(), world.operator()):
        problem = assert_problem(await ask(client, target), "malformed-address")
        assert (problem["status"], problem["title"]) == (400, "Malformed address")


async def test_what_is_encoded_as_it_should_be_is_understood(world: World) -> None:
    client = await world.user()
    await make(world, name="100% Öl")
    found = await ask(client, f"{ACCOUNTS}?filter%5Bname%5D=100%25%20%C3%96l")
    assert [one["name"] for one in found.json()["data"]] == ["100% Öl"]
    assert (await ask(client, "/api/v1/data/acc%6Funts")).status_code == 200


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("https%3A%2F%2Fb.example%2Fx", 201),
        ("a.b", 201),
        ("a%2Eb", 201),
        ("..%2F..%2Fusers", 404),
        ("%2e%2e%2fusers", 404),
        ("x%2F..%2F..", 404),
        ("%2E%2E", 404),
        ("..", 404),
        ("a//b", 404),
        ("..%5C..%5Cusers", 404),
        ("100%", 400),
    ],
)
async def test_a_value_in_a_path_may_hold_slashes_but_leads_nowhere_else(
    world: World, value: str, status: int
) -> None:
    client = await world.user()
    field = {"name": "site", "type": "text", "maxLength": 100, "unique": True}
    assert (await client.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
    url = client.base_url.copy_with(raw_path=f"{ACCOUNTS}/by/site/{value}".encode())
    answer = await client.put(url, json={"name": "x"})
    assert answer.status_code == status, answer.text


async def test_slashes_in_a_value_do_not_excuse_what_stands_before_it(world: World) -> None:
    client = await world.user()
    for path in ("/api/v1/data/acc%2Founts/by/name/x", "/api/v1//data/accounts/by/name/x"):
        assert_problem(await ask(client, path, "PUT"), "not-found")


async def test_over_a_socket_it_is_the_same(world: World) -> None:
    async with listening(world) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert_problem(await ask(client, "/setup%2Ftenants"), "not-found")
        assert_problem(await ask(client, "//health"), "not-found")
        assert_problem(await ask(client, "/%zz"), "malformed-address")
        assert (await ask(client, "/health")).status_code == 200
        for path in (b"/x/../health", b"/./health", b"/health/.", b"/\\health", b"/health?x#y/../z"):
            status, _, problem = await say(port, b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path)
            assert (status, problem["code"]) in {(404, "not-found"), (400, "malformed-request")}, path


# the wrong kind of host


@pytest.mark.parametrize(
    ("host", "path", "detail"),
    [
        ("localhost", "/api/v1/auth/login", "tenants are at http://SLUG.localhost."),
        ("localhost:8000", "/api/v1/auth/login", "tenants are at http://SLUG.localhost:8000."),
        ("127.0.0.1:8000", "/api/v1/data/accounts", "tenants are at http://SLUG.localhost:8000."),
        ("[::1]:8000", "/api/v1/tenant", "tenants are at http://SLUG.localhost:8000."),
        ("acme.localhost:8000", "/setup/tenants", "operators call is at http://localhost:8000."),
        ("acme.localhost:9000", "/metrics", "operators call is at http://localhost:9000."),
        ("acme.localhost", "/health", "operators call is at http://localhost."),
        ("acme.localhost:8000", "/nothing", "nothing at this address"),
        ("localhost:8000", "/nothing", "nothing at this address"),
    ],
)
async def test_a_path_of_the_other_kind_of_host_is_404_and_says_where_to_go(
    world: World, host: str, path: str, detail: str
) -> None:
    for method in ("GET", "POST"):
        problem = assert_problem(await world.client(host, OPERATOR_TOKEN).request(method, path), "not-found")
        assert (problem["status"], detail in problem["detail"]) == (404, True), problem["detail"]


async def test_behind_a_proxy_it_names_what_the_client_used(world_with: Any) -> None:
    async with world_with(trusted_proxies=(ip_network("203.0.113.0/24"),)) as world:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost:8443"}
        answer = await world.client("10.0.0.1:8000", headers=headers).get("/api/v1/tenant")
        assert "https://SLUG.localhost:8443." in answer.json()["detail"]
        odd = headers | {"X-Forwarded-Proto": "javascript"}
        answer = await world.client("10.0.0.1:8000", headers=odd).get("/api/v1/tenant")
        assert "http://SLUG.localhost:8443." in answer.json()["detail"]
    async with world_with() as world:
        answer = await world.client("localhost:8000", headers=headers).get("/api/v1/tenant")
        assert "http://SLUG.localhost:8000." in answer.json()["detail"]


async def test_a_domain_of_one_s_own_does_not_tell_whose_platform_it_is_on(world: World) -> None:
    tenant = await world.tenant_id("acme")
    added = await world.operator().post(
        f"/setup/tenants/{tenant}/domains", json={"domain": "crm.example.com", "trusted": True}
    )
    assert added.status_code == 201, added.text
    problem = assert_problem(await world.client("crm.example.com").get("/setup/tenants"), "not-found")
    assert "localhost" not in problem["detail"]
    assert "tenant's host" in problem["detail"]
