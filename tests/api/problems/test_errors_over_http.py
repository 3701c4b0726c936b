"""Whatever goes wrong, on any host and path, the answer is a problem with the request's id."""

from collections.abc import Callable
from typing import Any

import pytest

from central.servers import Login
from central.servers.mysql import MySQLServer
from piccolo_engines.errors import ConnectionLost
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

LOGIN = "/api/v1/auth/login"
ACCOUNTS = "/api/v1/data/accounts"


@pytest.mark.parametrize(
    ("host", "method", "path", "options", "status", "code"),
    [
        ("acme", "GET", "/nothing", {}, 404, "not-found"),
        ("acme", "GET", "/api/v1/auth/nothing", {}, 404, "not-found"),
        ("acme", "GET", f"{ACCOUNTS}/not-an-id", {}, 404, "not-found"),
        ("acme", "GET", "/api/v1/data/acounts", {}, 404, "object-not-found"),
        ("acme", "DELETE", LOGIN, {}, 405, "method-not-allowed"),
        ("acme", "TRACE", ACCOUNTS, {}, 405, "method-not-allowed"),
        ("central", "PUT", "/setup/tenants", {}, 405, "method-not-allowed"),
        ("acme", "POST", ACCOUNTS, {"json": []}, 422, "validation"),
        ("acme", "POST", ACCOUNTS, {"json": {}}, 422, "validation"),
        ("acme", "POST", LOGIN, {"json": {"email": 1, "pasword": "x"}}, 422, "validation"),
        ("central", "POST", "/setup/tenants", {"json": {}}, 422, "validation"),
        ("acme", "GET", f"{ACCOUNTS}?filter[nme]=x", {}, 400, "invalid-query"),
        ("acme", "GET", f"{ACCOUNTS}?limit=9999", {}, 400, "invalid-query"),
        ("acme", "GET", f"{ACCOUNTS}?%ff=1", {}, 400, "invalid-query"),
        ("acme", "GET", "/api/v1/auth/me?x=1", {}, 400, "invalid-query"),
        ("acme", "GET", "/api/v1/tenant?x=1", {}, 400, "invalid-query"),
        ("acme", "GET", "/schema?x=1", {}, 400, "invalid-query"),
        ("acme", "GET", f"{ACCOUNTS}?cursor=AAAA", {}, 400, "cursor-invalid"),
        ("central", "GET", "/health?x=1", {}, 400, "invalid-query"),
        ("central", "GET", "/setup/tenants?cursor=!", {}, 400, "invalid-cursor"),
    ],
)
async def test_errors_are_problems(
    world: World, host: str, method: str, path: str, options: Any, status: int, code: str
) -> None:
    client = world.operator() if host == "central" else await world.user()
    answer = await client.request(method, path, **options)
    assert answer.status_code == status, answer.text
    assert_problem(answer, code)


BROKEN = {
    b"": 400,
    b"{": 400,
    b"\xff\xfe": 400,
    b'{"a": NaN}': 400,
    b"[" * 50_000: 400,
    b'"text"': 422,
    b"null": 422,
}


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize(
    ("host", "path"), [("acme", ACCOUNTS), ("acme", LOGIN), ("central", "/setup/tenants")]
)
async def test_bodies_that_are_no_json_objects(world: World, host: str, path: str, body: bytes) -> None:
    client = world.operator() if host == "central" else await world.user()
    answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == BROKEN[body]
    assert_problem(answer, "malformed-json" if answer.status_code == 400 else "validation")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
@pytest.mark.parametrize(
    ("host", "path"), [("acme", ACCOUNTS), ("acme", LOGIN), ("central", "/setup/tenants")]
)
async def test_bodies_of_another_type(world: World, host: str, path: str, content_type: str | None) -> None:
    client = world.operator() if host == "central" else await world.user()
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await client.post(path, content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert_problem(answer, "unsupported-media-type")


async def test_a_body_too_large_is_refused_announced_or_not(world_with: Callable[..., Any]) -> None:
    async with world_with(max_body_bytes=1024) as world:
        client, sent = await world.user(), 0

        async def pieces() -> Any:
            nonlocal sent
            for _ in range(100):
                sent += 500
                yield b"x" * 500

        announced = await client.post(
            ACCOUNTS, content=b"x" * 2000, headers={"Content-Type": "application/json"}
        )
        chunked = await client.post(ACCOUNTS, content=pieces(), headers={"Content-Type": "application/json"})
        for answer in (announced, chunked):
            assert answer.status_code == 413
            assert_problem(answer, "body-too-large")
        assert sent < 5_000
        fits = await client.post(ACCOUNTS, json={"name": "x" * 100})
        assert fits.status_code == 201


@pytest.mark.parametrize(
    ("host", "method", "path", "allowed"),
    [
        ("acme.localhost", "DELETE", LOGIN, "OPTIONS, POST"),
        ("acme.localhost", "HEAD", LOGIN, "OPTIONS, POST"),
        ("acme.localhost", "PUT", ACCOUNTS, "GET, HEAD, OPTIONS, POST"),
        ("acme.localhost", "POST", "/schema", "GET, HEAD, OPTIONS"),
        ("acme.localhost", "POST", "/admin/", "GET, HEAD"),
        ("localhost", "POST", "/health", "GET, HEAD, OPTIONS"),
        ("localhost", "POST", "/problems/validation", "GET, HEAD, OPTIONS"),
    ],
)
async def test_405_says_what_is_allowed(
    world: World, host: str, method: str, path: str, allowed: str
) -> None:
    answer = await world.client(host).request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("host", "path", "methods"),
    [
        ("localhost", "/setup/tenants", {"GET", "HEAD", "POST"}),
        ("localhost", "/setup/tenants/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("acme.localhost", ACCOUNTS, {"GET", "HEAD", "POST"}),
        ("acme.localhost", f"{ACCOUNTS}/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("acme.localhost", LOGIN, {"POST"}),
    ],
)
async def test_options_tells_all_methods_without_a_token(
    world: World, host: str, path: str, methods: set[str]
) -> None:
    answer = await world.client(host).options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["allow"].split(", ")) == {*methods, "OPTIONS"}


async def test_head_is_get_without_its_body(world: World) -> None:
    got, headed = [await world.client().request(method, "/api/v1/tenant") for method in ("GET", "HEAD")]
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"]


async def test_unknown_parameters_come_with_a_suggestion(world: World) -> None:
    answer = await world.operator().get("/setup/tenants?serach=acme&limit=0")
    errors = assert_problem(answer, "invalid-query")["errors"]
    assert [(one["field"], one.get("didYouMean")) for one in errors] == [
        ("serach", "search"),
        ("limit", None),
    ]


async def test_a_fault_says_nothing_and_is_in_the_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the wires are crossed")

    monkeypatch.setattr(type(world.platform.authentication), "sign_in", broken)
    answer = await world.client().post(LOGIN, json={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 500
    problem = assert_problem(answer, "internal-error")
    assert "wires" not in answer.text
    assert problem["errors"] == []


async def test_a_dead_database_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await world.user()

    async def dead(*_: object) -> None:
        raise ConnectionLost

    monkeypatch.setattr(type(world.platform.records), "page", dead)
    answer = await client.get(ACCOUNTS)
    assert answer.status_code == 503
    assert_problem(answer, "database-unavailable")


@ON_SQLITE
async def test_a_missing_tenant_database_is_503_and_stays_missing(world: World) -> None:
    for path in (world.platform.settings.data_dir / "tenants").glob("tenant_acme.sqlite*"):
        path.unlink()
    answer = await world.client().get("/api/v1/tenant")
    assert answer.status_code == 503
    assert_problem(answer, "database-unavailable")
    assert not list((world.platform.settings.data_dir / "tenants").glob("tenant_acme*"))


@ON_SQLITE
async def test_ready_names_what_is_down(world: World) -> None:
    assert (await world.operator().get("/ready")).json() == {
        "status": "ready",
        "dependencies": {"central": "up", "tenantDatabases": "up"},
        "upgrades": {"pending": 0, "newer": 0, "refused": 0},
    }
    await world.platform.central_engine.close()
    answer = await world.client("localhost").get("/ready")
    assert answer.status_code == 503
    assert [one["field"] for one in assert_problem(answer, "not-ready")["errors"]] == ["central"]
    assert (await world.client("localhost").get("/health")).status_code == 200


@ON_SQLITE
async def test_ready_says_that_servers_of_tenants_are_down_and_not_which(world: World) -> None:
    gone = MySQLServer("127.0.0.1", 1, Login("root", lambda: ""))
    world.platform.servers._servers[gone.name] = gone
    answer = await world.client("localhost").get("/ready")
    assert (answer.status_code, answer.json()["dependencies"]) == (
        200,
        {"central": "up", "tenantDatabases": "down"},
    )
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    "given", ["abc", "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "a/b=c+d:e@f.g_h-i", "x" * 128]
)
async def test_a_sane_request_id_is_taken(world: World, given: str) -> None:
    answer = await world.client().get("/nothing", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given
    assert_problem(answer)


@pytest.mark.parametrize(
    "given", ["", " ", "x" * 129, "two words", "\x1b[31m", "<script>", '"', "é", "a\tb", "-x"]
)
async def test_any_other_request_id_is_replaced(world: World, given: str) -> None:
    answer = await world.client().get("/nothing", headers={b"X-Request-ID": given.encode("latin-1")})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 36
    assert_problem(answer)


async def test_every_request_has_an_id_of_its_own(world: World) -> None:
    ids = {(await world.client().get("/api/v1/tenant")).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
