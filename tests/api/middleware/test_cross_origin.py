"""Pages of other origins: which may call the API, and that none gets more than its bearer token gives it."""

from typing import Any

import httpx
import pytest

from tenant_schema.scope import TenantScope
from tests.api.access.browsers import COOKIE, ME, RECORDS, secret_of, signed_in
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted

APP, OTHER, EVIL = "https://app.example.com", "https://other.example.com", "https://evil.example"
SETTINGS = "/api/v1/sign-in-settings"
pytestmark = ON_SQLITE


@pytest.fixture
async def open_world(world_with: Any) -> Any:
    """With an origin that is allowed everywhere."""
    async with world_with(allowed_origins=(APP,)) as world:
        yield world


def cors(answer: httpx.Response) -> dict[str, str]:
    """The headers of CORS in an answer."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def is_readable(answer: httpx.Response, origin: str = APP) -> bool:
    """Whether a page of the origin can read the answer, as the Fetch standard says."""
    assert "access-control-allow-credentials" not in answer.headers
    assert "origin" in answer.headers["vary"].lower().split(", ")
    return answer.headers.get("access-control-allow-origin") == origin


async def preflight(
    world: World, origin: str = APP, path: str = RECORDS, host: str = "acme.localhost", **headers: str
) -> httpx.Response:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    return await world.client(host).options(path, headers={"Origin": origin} | asked | headers)


async def allow(world: World, *origins: str, slug: str = "acme") -> None:
    administrator = await world.user(slug=slug)
    answer = await administrator.patch(SETTINGS, json={"allowedOrigins": list(origins)})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", [RECORDS, "/api/v1/nothing/here", "/api/v1/auth/login"])
async def test_a_preflight_is_answered_without_a_token(open_world: World, path: str) -> None:
    answer = await preflight(open_world, path=path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_readable(answer)
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match", "if-none-match", "idempotency-key"} < {*allowed}
    assert answer.headers["access-control-max-age"] == "600"


@pytest.mark.parametrize("origin", [EVIL, "null", "https://app.example.com:8443", "http://app.example.com"])
async def test_no_other_origin_is_answered(open_world: World, origin: str) -> None:
    for answer in (
        await preflight(open_world, origin),
        await open_world.client(token=await open_world.sign_in()).get(RECORDS, headers={"Origin": origin}),
    ):
        assert not is_readable(answer, origin)
        assert cors(answer) == {}


async def test_a_page_reads_with_a_bearer_token_and_sees_the_headers(open_world: World) -> None:
    client = open_world.client(token=await open_world.sign_in(), headers={"Origin": APP})
    made = await client.post(RECORDS, json={"name": "Globex"})
    assert (made.status_code, is_readable(made)) == (201, True)
    exposed = made.headers["access-control-expose-headers"].lower().split(", ")
    assert {"etag", "location", "retry-after", "x-request-id", "content-disposition"} < {*exposed}
    assert "access-control-allow-methods" not in made.headers
    read = await client.get(made.headers["location"])
    assert (read.status_code, is_readable(read)) == (200, True)
    again = await client.get(made.headers["location"], headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, is_readable(again)) == (304, True)


async def test_errors_can_be_read_as_well(open_world: World) -> None:
    token = await open_world.sign_in("viewer")
    client = open_world.client(token=token, headers={"Origin": APP})
    answers = {
        401: await open_world.client(headers={"Origin": APP}).get(ME),
        403: await client.post(RECORDS, json={"name": "Globex"}),
        404: await client.get("/api/v1/nothing"),
        405: await client.put(RECORDS, json={}),
        400: await client.get(f"{RECORDS}?nonsense=1"),
        413: await client.post(
            RECORDS, content=b"x" * 5_000_000, headers={"Content-Type": "application/json"}
        ),
        415: await client.post(RECORDS, content=b"x", headers={"Content-Type": "text/plain"}),
    }
    for _ in range(6):
        body = {"email": "viewer@acme.example", "password": "wrong"}
        answers[429] = await client.post("/api/v1/auth/login", json=body)
    nobody = open_world.client("nobody.localhost", headers={"Origin": APP})
    assert {status: answer.status_code for status, answer in answers.items()} == {
        status: status for status in answers
    }
    answers[1404] = await nobody.get(ME)
    answers[1400] = await client.get("/api/v1/data/%zz")
    for answer in answers.values():
        assert is_readable(answer), answer.text


async def test_a_fault_of_the_service_can_be_read(open_world: World, monkeypatch: Any) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(open_world.platform.authentication), "me", fail)
    client = open_world.client(token=await open_world.sign_in(), headers={"Origin": APP})
    answer = await client.get(ME)
    assert (answer.status_code, is_readable(answer)) == (500, True)


async def test_a_suspended_tenant_can_be_told_from_a_failure(open_world: World) -> None:
    tenant = await open_world.tenant_id("acme")
    assert (await open_world.operator().post(f"/setup/tenants/{tenant}/suspend")).status_code == 200
    answer = await open_world.client(headers={"Origin": APP}).get(ME)
    assert_problem(answer, "tenant-suspended")
    assert is_readable(answer)
    assert (await preflight(open_world)).status_code == 204


async def test_the_cookie_is_for_pages_of_the_host_alone(open_world: World) -> None:
    """A response to a cookie cannot be read by an allowed origin either, and it can change nothing."""
    secret = secret_of(await signed_in(open_world))
    client = open_world.client(headers={"Origin": APP, "Cookie": f"{COOKIE}={secret}"})
    for path in (ME, RECORDS, "/api/v1/auth/session"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert not is_readable(answer)
        assert cors(answer) == {}
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert_problem(await client.post(RECORDS, json={"name": "x"}), "cross-site")
    assert_problem(await client.post("/api/v1/auth/session", json={}), "cross-site")


async def test_the_operators_routes_are_open_to_it_and_the_admin_is_not(open_world: World) -> None:
    client = open_world.client("localhost", headers={"Origin": APP})
    assert is_readable(await client.get("/setup/tenants"))
    assert is_readable(await preflight(open_world, path="/setup/tenants", host="localhost"))
    for host in ("localhost", "acme.localhost"):
        for path in ("/admin/", "/metrics", "/health"):
            answer = await open_world.client(host, headers={"Origin": APP}).get(path)
            assert cors(answer) == {}


async def test_without_allowed_origins_there_is_nothing_of_it(world: World) -> None:
    client = world.client(token=await world.sign_in(), headers={"Origin": APP})
    for answer in (await client.get(RECORDS), await client.get("/api/v1/nothing"), await preflight(world)):
        assert cors(answer) == {}
    assert "origin" not in (await client.get(RECORDS)).headers.get("vary", "")


async def test_an_administrator_allows_an_origin_for_one_tenant(world: World) -> None:
    await allow(world, APP, OTHER)
    await allow(world, EVIL, slug="demo")
    client = world.client(token=await world.sign_in())
    for origin in (APP, OTHER):
        assert is_readable(await client.get(RECORDS, headers={"Origin": origin}), origin)
        answer = await preflight(world, origin)
        assert (answer.status_code, is_readable(answer, origin)) == (204, True)
    assert not is_readable(await client.get(RECORDS, headers={"Origin": EVIL}), EVIL)
    assert not is_readable(await preflight(world, APP, host="demo.localhost"), APP)
    assert not is_readable(await client.get(RECORDS))  # without an origin, and it varies by it
    await allow(world, OTHER)
    assert cors(await client.get(RECORDS, headers={"Origin": APP})) == {}
    await allow(world)
    assert cors(await client.get(RECORDS, headers={"Origin": OTHER})) == {}


async def test_a_new_process_knows_the_tenant_s_origins_from_the_first_request_on(world: World) -> None:
    await allow(world, APP)
    administrator = world.client(token=await world.sign_in())
    for headers in ({"Content-Type": "text/plain"}, {}):
        world.platform.forget(await _scope(world))
        answer = await administrator.post(RECORDS, content=b"", headers={"Origin": APP} | headers)
        assert (answer.status_code, is_readable(answer)) == (415, True)
    world.platform.forget(await _scope(world))
    assert is_readable(await preflight(world))


async def _scope(world: World) -> Any:
    tenant = await world.tenant("acme")
    return TenantScope(tenant.id, tenant.slug, tenant.name)


async def test_a_list_costs_no_statement_when_warm(world: World) -> None:
    await allow(world, APP)
    client = world.client(token=await world.sign_in())
    await client.get(f"{RECORDS}?limit=5", headers={"Origin": APP})
    async with counted(world) as counts:
        assert is_readable(await client.get(f"{RECORDS}?limit=5", headers={"Origin": APP}))
        assert (await client.get(f"{RECORDS}?limit=5", headers={"Origin": EVIL})).status_code == 200
        assert (await preflight(world)).status_code == 204
        assert (await client.get(SETTINGS)).json()["allowedOrigins"] == [APP]
    assert counts == {"tenant": 2, "central": 0}
